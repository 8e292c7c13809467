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
  // Contracts past their last day end; what its broker has not listed since before today ends there, and goes to
  // another broker that lists it.
  void end_what_is_over();
  // Gives interests to the brokers that should serve them by now. After a change of a link, only those that the active
  // broker does not serve; after a change of a list or of an order, all.
  void settle(bool all);
  // Every interest is given a source anew: brokers are mixed from now on, or no longer.
  void choose_all_sources();
  // After a switch: what the group's active broker lacks and the one that has it does not give is said to wait.
  void say_that_it_waits(InterestId id);
  // Whoever has one instrument from this broker and all others from another broker hears nothing of its stale feed but
  // this.
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
