// What the feeds of a group's brokers say: who serves the exchanges that the group's clients hold something of, which
// feeds are silent, who might tick instead, and whether nobody does. Feeds of other exchanges do not count. Changes
// nothing. [routing]
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

  // The broker is connected, and none of the feeds is stale there.
  bool serves(BrokerId id, const BrokerGroup& group) const;
  std::int64_t serving_since_ns(BrokerId id, const BrokerGroup& group) const;  // monotonic
  bool any_stale(BrokerId id, const BrokerGroup& group) const;
  // Of the exchanges of which the active broker serves something: those whose feed is silent there.
  std::vector<const MarketFeed*> silent(const BrokerGroup& group) const;
  // Who might tick instead: brokers that are connected, or logging in anew for their feed. The hot standby first: it is
  // subscribed.
  std::vector<BrokerId> reliefs(const BrokerGroup& group, const std::vector<const MarketFeed*>& silent) const;
  // Whether the broker ticks, on its present login, where the active one is stale, and is not stale where the active
  // one lives. Where the active one's silence is not proved, the other has to show something that should have come
  // there by now.
  bool ticks_instead(BrokerId other, const BrokerGroup& group) const;
  // Nobody ticks on an exchange whose instruments should: by the active broker's word and, where there is one, by that
  // of the broker that stands by.
  bool is_silent_everywhere(const BrokerGroup& group, const MarketFeed& feed) const;

 private:
  const Brokers& brokers_;
  const InterestTable& interests_;
  std::function<std::int64_t()> monotonic_;
};

}  // namespace gw::upstream
