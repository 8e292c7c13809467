// What routing says of a broker's feed of one exchange. The one place in these tests that knows how it says so.
#pragma once

#include "core/routing/names.hpp"
#include "tests/market_days/market.hpp"

namespace gw::market_days {

enum class FeedState { live, quiet, stale };

inline FeedState feed_state(const routing::Broker& table, Exchange exchange) {
  const routing::MarketFeed* feed = table.feeds().find(kExchangeNames[exchange]);
  if (feed == nullptr) return FeedState::quiet;
  if (feed->shown() == bus::FeedState::live) return FeedState::live;
  return feed->shown() == bus::FeedState::stale ? FeedState::stale : FeedState::quiet;
}

}  // namespace gw::market_days
