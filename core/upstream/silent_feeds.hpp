// What the feeds of a group's brokers say of a silence: which feeds are silent, who might tick instead, and whether
// nobody does. Changes nothing. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "core/upstream/interest_table.hpp"

namespace gw::upstream {

class SilentFeeds {
 public:
  // Both outlive this.
  SilentFeeds(const Brokers& brokers, const InterestTable& interests, std::function<std::int64_t()> monotonic)
      : brokers_(brokers), interests_(interests), monotonic_(std::move(monotonic)) {}

  // Of the exchanges that the group's clients hold something of: those whose feed is silent at the active broker.
  std::vector<const MarketFeed*> of(const BrokerGroup& group) const;
  // Who might tick instead: brokers that are connected, or logging in anew for their feed. The hot standby first: it is
  // subscribed.
  std::vector<BrokerId> reliefs(const BrokerGroup& group, const std::vector<const MarketFeed*>& silent) const;
  // Whether the broker ticks, on its present login, where the active one is stale, and is not worse elsewhere. Where
  // the active one's silence is not proved, the other has to show something that should have come there by now.
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
