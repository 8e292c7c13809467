// Which broker of a group serves which instrument: the active one, so that prices of two brokers never mix. An
// instrument that it does not list comes from the next broker that does, until the active one lists it. Changes
// nothing. [routing]
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

  // Sets whether an instrument that the active broker does not list may come from another broker of the group. True:
  // the setting changed.
  bool mix_brokers(bool mixes) { return std::exchange(mixes_, mixes) != mixes; }

  // The broker lists the instrument, and not another one under its name.
  bool may_serve(BrokerId broker, const BrokerGroup& group, const InstrumentKey& key) const;
  // The broker that should serve the instrument; nothing: no broker of the group may.
  std::optional<BrokerId> server_of(const BrokerGroup& group, const InstrumentKey& key) const;
  // Asked where server_of() names nobody: the first broker that the group prefers to the active one and that has the
  // instrument.
  std::optional<BrokerId> waits_for(const BrokerGroup& group, const InstrumentKey& key) const;
  // The broker that the interest waits for: no broker serves it and this one lists it, or this one serves it in place
  // of the active broker and has no link or a stale feed of the exchange.
  std::optional<BrokerId> awaited_by(const Interest& interest) const;
  // How many interests of the group another broker than its active one serves.
  std::size_t elsewhere_count(GroupId group) const;

  // Whether `by` has the same instrument under this name as the broker that serves the interest now. Within a group
  // may_serve() sees to that; an operator may choose another list of brokers.
  bool is_same_instrument(const Interest& interest, BrokerId by) const;
  // Why a broker does not serve an interest, for people.
  std::string why_not(const Interest& interest, BrokerId broker) const;
  // Why no broker of the group has the instrument.
  Gone gone_of(const BrokerGroup& group, const InstrumentKey& key) const;
  // Why an interest ends whose name is another instrument's at `by`, the broker that serves from now on.
  Gone other_instrument(BrokerId by, const Interest& interest) const;

 private:
  std::optional<BrokerId> taken_over_at(BrokerId broker, const BrokerGroup& group, const InstrumentKey& key) const;

  const Brokers& brokers_;
  const InterestTable& interests_;
  bool mixes_ = true;
};

}  // namespace gw::upstream
