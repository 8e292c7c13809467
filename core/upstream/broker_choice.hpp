// Which broker of a group serves which instrument. All stay with the active one, so that prices of two brokers never
// mix; only what that one does not list goes to the next broker that does, and home when the active one lists it.
// Changes nothing. [routing]
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "core/upstream/gone.hpp"
#include "core/upstream/interest_table.hpp"

namespace gw::upstream {

class BrokerChoice {
 public:
  // Both outlive this.
  BrokerChoice(const Brokers& brokers, const InterestTable& interests) : brokers_(brokers), interests_(interests) {}

  // Whether what the active broker does not list may be had from another broker of the group. True: that changed.
  bool mix_brokers(bool mixes) { return std::exchange(mixes_, mixes) != mixes; }

  // The broker lists the instrument, and not another one under its name.
  bool may_serve(BrokerId broker, const BrokerGroup& group, const InstrumentKey& key) const;
  // Who should serve it; nobody: no broker of the group that may.
  std::optional<BrokerId> server_of(const BrokerGroup& group, const InstrumentKey& key) const;
  // With brokers unmixed: a broker that the group prefers to the active one, and that alone has the instrument.
  std::optional<BrokerId> waits_for(const BrokerGroup& group, const InstrumentKey& key) const;
  // The broker that alone lists the instrument and does not serve now, or whose feed of the exchange is stale.
  std::optional<BrokerId> awaited_by(const Interest& interest) const;
  // Interests of a group that another than its active broker serves.
  std::size_t elsewhere_count(GroupId group) const;

  // Whether the broker has the instrument that another one serves under this name. Within a group may_serve sees to it;
  // an operator may choose another list of brokers.
  bool is_same_instrument(const Interest& interest, BrokerId by) const;
  // Why a broker does not serve an interest, for people.
  std::string why_not(const Interest& interest, BrokerId broker) const;
  // What is said of an instrument that no broker of the group has.
  Gone gone_of(const BrokerGroup& group, const InstrumentKey& key) const;
  // What is said of an interest whose name is another instrument's at the broker that serves from now on.
  Gone other_instrument(BrokerId by, const Interest& interest) const;

 private:
  std::optional<BrokerId> taken_over_at(BrokerId broker, const BrokerGroup& group, const InstrumentKey& key) const;

  const Brokers& brokers_;
  const InterestTable& interests_;
  bool mixes_ = true;
};

}  // namespace gw::upstream
