#include "core/upstream/group_feeds.hpp"

#include <algorithm>

namespace gw::upstream {
namespace {

using bus::FeedEvidence;
using bus::FeedState;

// How long it may take until the link of a broker that was just subscribed says what its feed is like, beyond its own
// limit: one second until it looks, two for the answers to asking again, another look, and one for the way there and
// back.
constexpr std::int64_t kJudgement = 5'000'000'000;

}  // namespace

bool GroupFeeds::serves(BrokerId id, const BrokerGroup& g) const {
  return brokers_[id].is_connected() && !any_stale(id, g);
}

std::int64_t GroupFeeds::serving_since_ns(BrokerId id, const BrokerGroup& g) const {
  std::int64_t since = brokers_[id].connected_since_ns();
  for (const auto& [exchange, count] : g.exchanges)
    if (const MarketFeed* feed = brokers_[id].feeds().find(exchange)) since = std::max(since, feed->well_since_ns);
  return since;
}

bool GroupFeeds::any_stale(BrokerId id, const BrokerGroup& g) const {
  return std::any_of(g.exchanges.begin(), g.exchanges.end(), [&](const auto& held) {
    const MarketFeed* feed = brokers_[id].feeds().find(held.first);
    return feed != nullptr && feed->is_stale();
  });
}

std::vector<const MarketFeed*> GroupFeeds::silent(const BrokerGroup& g) const {
  std::vector<const MarketFeed*> silent;
  const MarketFeeds& feeds = brokers_[g.broker()].feeds();
  for (const auto& [exchange, count] : g.exchanges)
    if (const MarketFeed* feed = feeds.find(exchange);
        feed != nullptr && feed->is_silent() && g.served_count(g.broker(), exchange) != 0)
      silent.push_back(feed);
  return silent;
}

std::vector<BrokerId> GroupFeeds::reliefs(const BrokerGroup& g, const std::vector<const MarketFeed*>& silent) const {
  std::vector<BrokerId> reliefs;
  for (const bool hot : {true, false})
    for (const BrokerId id : g.order) {
      const Broker& broker = brokers_[id];
      if (id == g.broker() || broker.setup().hot_standby != hot || !broker.is_up()) continue;
      if (std::any_of(silent.begin(), silent.end(),
                      [&](const MarketFeed* feed) { return broker.setup().capabilities.has_exchange(feed->exchange); }))
        reliefs.push_back(id);
    }
  return reliefs;
}

bool GroupFeeds::ticks_instead(BrokerId other, const BrokerGroup& g) const {
  const Broker& active = brokers_[g.broker()];
  bool ticks = false;
  for (const auto& [exchange, count] : g.exchanges) {
    if (g.served_count(g.broker(), exchange) == 0) continue;
    const MarketFeed* mine = active.feeds().find(exchange);
    const MarketFeed* its = brokers_[other].feeds().find(exchange);
    if (mine == nullptr || its == nullptr) continue;
    if (its->is_stale() && mine->state == FeedState::live) return false;
    const bool lives = (its->state == FeedState::live || its->last_live_ns > its->judged_ns) &&
                       its->last_live_ns >= brokers_[other].connected_since_ns();
    if (mine->is_stale() && lives && its->last_live_ns > mine->last_live_ns &&
        its->last_live_ns >= mine->judged_ns - active.setup().stall_limit_ns)
      ticks = ticks || mine->evidence == FeedEvidence::proved || mine->is_missing_something(monotonic_());
  }
  return ticks;
}

bool GroupFeeds::is_silent_everywhere(const BrokerGroup& g, const MarketFeed& feed) const {
  if (feed.evidence == FeedEvidence::proved) return false;
  if (!g.standby || !brokers_[*g.standby].is_up() ||
      !brokers_[*g.standby].setup().capabilities.has_exchange(feed.exchange))
    return feed.state == FeedState::quiet && feed.evidence == FeedEvidence::expected;
  const Broker& other = brokers_[*g.standby];
  const MarketFeed* its = other.feeds().find(feed.exchange);
  if (its == nullptr || its->state == FeedState::unknown) {
    const bool is_judged = g.proving && monotonic_() - g.proving_since_ns > other.setup().stall_limit_ns + kJudgement;
    return is_judged && feed.state == FeedState::quiet && feed.evidence == FeedEvidence::expected;
  }
  return its->state != FeedState::live && its->evidence != FeedEvidence::proved &&
         std::max(feed.evidence, its->evidence) == FeedEvidence::expected;
}

}  // namespace gw::upstream
