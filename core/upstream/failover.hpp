// Which broker of each group is active, which one stands by, and when that changes: away from a broker whose link is
// lost, away from a silent one when another broker has shown that it ticks, and back to a preferred one that ticks. A
// group's topics keep their names, audience and sequence; only what serves them changes. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/upstream/group_feeds.hpp"
#include "core/upstream/halt_watch.hpp"
#include "core/upstream/instrument_demand.hpp"
#include "core/upstream/reassigner.hpp"
#include "core/upstream/standby_witness.hpp"

namespace gw::upstream {

class Failover {
 public:
  struct Parts {
    Brokers& brokers;
    InterestTable& interests;
    const BrokerChoice& choice;
    InstrumentDemand& demand;
    Reassigner& reassigner;
    StandbyWitness& witness;
    InterestObserver& observer;
  };
  // All outlive this. `new_epoch` makes the name of an epoch: when a group is made, and at each switch.
  Failover(const Parts& parts, std::function<std::int64_t()> monotonic, std::function<std::string()> new_epoch);

  // The group with this key; made, with this order of brokers, when new. The empty key is the default group's, whose
  // order may be changed later.
  GroupId group_for(std::string_view key, const std::vector<BrokerId>& order, bool& is_new);
  // An operator's new order for the group.
  void set_order(GroupId id, std::vector<BrokerId> order);
  // The group's sequence numbers do not go on from where they were.
  void begin_epoch(GroupId id);

  // Moves groups to a broker that serves, or back to one that they prefer. Called regularly, and after each change of a
  // link.
  void review();
  // Has the group's standby follow the brokers' settings.
  void follow_standby(GroupId id);

  // ---- what a turn notes for the review at its end
  void on_link_changed() { review_wanted_ = settle_wanted_ = true; }
  void on_feed_changed() { review_wanted_ = true; }
  // A live tick of any broker: it may be the proof that lets the clients of a silent one move.
  void on_live_tick() { review_wanted_ = review_wanted_ || seeks_relief_; }
  bool wants_review() const { return review_wanted_; }

  bool has_standby() const { return has_standby_; }  // some group has
  bool is_halted(std::string_view exchange) const { return halts_.is_halted(exchange); }
  std::uint64_t switches() const { return switches_; }

 private:
  void review_group(GroupId id);
  std::optional<std::size_t> better_index(const BrokerGroup& group) const;
  void leave_for(GroupId id, BrokerId other, const std::string& why);
  void seek_relief(GroupId id, const std::vector<const MarketFeed*>& silent);
  void prove(GroupId id, std::optional<BrokerId> broker);
  bool is_proven(const BrokerGroup& group) const;
  void switch_to(GroupId id, std::size_t index, const std::string& why);
  std::optional<BrokerId> standby_of(const BrokerGroup& group) const;
  void fit_in(GroupId id);

  Parts parts_;
  std::function<std::int64_t()> monotonic_;
  std::function<std::string()> new_epoch_;
  GroupFeeds feeds_;
  HaltWatch halts_;
  std::uint64_t switches_ = 0;
  bool has_standby_ = false;
  bool seeks_relief_ = false;  // some active broker is silent
  bool review_wanted_ = false;
  bool settle_wanted_ = false;  // an interest may be served by another broker of its group now
};

}  // namespace gw::upstream
