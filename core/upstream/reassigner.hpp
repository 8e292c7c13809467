// Gives interests to another broker, or ends them, when instrument lists, the exchanges' days or the brokers' links say
// so. [routing]
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "core/upstream/instrument_demand.hpp"

namespace gw::upstream {

class Reassigner {
 public:
  // All outlive this.
  Reassigner(Brokers& brokers, InterestTable& interests, const BrokerChoice& choice, Listings& listings,
             InstrumentDemand& demand, InterestObserver& observer)
      : brokers_(brokers),
        interests_(interests),
        choice_(choice),
        listings_(listings),
        demand_(demand),
        observer_(observer) {}

  // These brokers have another instrument list.
  void follow_lists(const std::set<BrokerId>& changed);
  // Ends contracts that are past their last day. Ends interests that the broker's list has lacked since before today,
  // or moves them to another broker that lists them.
  void end_what_is_over();
  // Gives interests to the brokers that should serve them by now: all interests after a change of a list or of an
  // order, else, after a change of a link, only those that the active broker does not serve.
  void settle(bool all);
  // Gives every interest a source anew, because brokers are mixed from now on, or no longer.
  void choose_all_sources();
  // After a switch: says that the interest waits, if the active broker lacks it and the broker that has it does not
  // give it.
  void say_that_it_waits(InterestId id);
  // Unconfirms the interests that wait for this broker though another one is active: their clients hear of this
  // broker's stale feed in no other way.
  void unconfirm_what_waits_for(BrokerId broker, std::string_view exchange);

 private:
  void move_what_lost_its_token(const std::set<BrokerId>& changed);
  void end_what_waited_in_vain(BrokerId broker);
  bool has_nobody(const Interest& interest) const;

  Brokers& brokers_;
  InterestTable& interests_;
  const BrokerChoice& choice_;
  Listings& listings_;
  InstrumentDemand& demand_;
  InterestObserver& observer_;
};

}  // namespace gw::upstream
