// What the feeds of a group's brokers say: which broker serves, which feeds are silent, which brokers might tick
// instead, and whether none does. Only exchanges count of which the group's clients hold something. Changes nothing.
// [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "core/upstream/interest_table.hpp"

namespace gw::upstream {

class GroupFeeds {
 public:
  // Both outlive this.
  GroupFeeds(const Brokers& brokers, const InterestTable& interests, std::function<std::int64_t()> monotonic)
      : brokers_(brokers), interests_(interests), monotonic_(std::move(monotonic)) {}

  // The broker is connected, and none of its feeds is stale.
  bool serves(BrokerId id, const BrokerGroup& group) const;
  std::int64_t serving_since_ns(BrokerId id, const BrokerGroup& group) const;  // monotonic
  bool any_stale(BrokerId id, const BrokerGroup& group) const;
  // The silent feeds of the active broker, among the exchanges of which it serves something.
  std::vector<const MarketFeed*> silent(const BrokerGroup& group) const;
  // The brokers that might tick instead of the active one on a silent exchange: those that are connected, or log in
  // anew for their feed. Hot standbys come first, since they are subscribed.
  std::vector<BrokerId> reliefs(const BrokerGroup& group, const std::vector<const MarketFeed*>& silent) const;
  // Whether `other` ticks, on its present login, where the active broker is stale, and is not stale where the active
  // broker is live. Where the active broker's silence is not proved, `other` must also have shown something that the
  // active broker should have shown by now.
  bool ticks_instead(BrokerId other, const BrokerGroup& group) const;
  // No broker ticks on an exchange whose instruments should tick, as far as the active broker and, where there is one,
  // the standby broker say.
  bool is_silent_everywhere(const BrokerGroup& group, const MarketFeed& feed) const;

 private:
  const Brokers& brokers_;
  const InterestTable& interests_;
  std::function<std::int64_t()> monotonic_;
};

}  // namespace gw::upstream
