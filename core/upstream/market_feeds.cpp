#include "core/upstream/market_feeds.hpp"

#include <algorithm>
#include <utility>

namespace gw::upstream {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// Ticks that are further apart than this do not contradict a calendar.
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::uint32_t kSteadySeconds = 3;  // the last values of a day come in one or two bursts

}  // namespace

using bus::FeedState;

void MarketFeed::on_live(std::uint32_t connection, std::int64_t now_ns) {
  ConnectionFeed& its = on_connection(connection);
  its.witness.on_life();
  its.last_live_ns = now_ns;
  const std::int64_t second = now_ns / kSecond;
  if (second != live_second) {
    live_seconds = now_ns - last_live_ns > kMinute ? 1 : live_seconds + 1;
    live_second = second;
  }
  last_live_ns = now_ns;
}

bool MarketFeed::is_missing_something(std::int64_t now_ns) const {
  return std::any_of(connections.begin(), connections.end(),
                     [now_ns](const ConnectionFeed& its) { return its.witness.is_missing(now_ns); });
}

bool MarketFeed::ticks_steadily(std::int64_t now_ns) const {
  return live_seconds >= kSteadySeconds && now_ns - last_live_ns <= kMinute;
}

std::uint32_t MarketFeeds::at(std::string_view exchange) {
  for (std::uint32_t i = 0; i < feeds_.size(); ++i)
    if (feeds_[i].exchange == exchange) return i;
  feeds_.emplace_back().exchange = exchange;
  if (hang_) lay_over(feeds_.back());
  return static_cast<std::uint32_t>(feeds_.size() - 1);
}

const MarketFeed* MarketFeeds::find(std::string_view exchange) const {
  const auto found = std::find_if(feeds_.begin(), feeds_.end(), [&](const auto& f) { return f.exchange == exchange; });
  return found == feeds_.end() ? nullptr : &*found;
}

MarketFeed* MarketFeeds::find(std::string_view exchange) {
  return const_cast<MarketFeed*>(std::as_const(*this).find(exchange));
}

Feed MarketFeeds::worst() const {
  Feed worst;
  for (const MarketFeed& feed : feeds_) worst.state = std::max(worst.state, feed.shown());
  if (worst.state == FeedState::unknown) return worst;
  for (const MarketFeed& feed : feeds_) {
    if (feed.shown() != worst.state) continue;
    if (worst.since_ns == 0 || feed.since_ns < worst.since_ns) worst.since_ns = feed.since_ns;
    if (worst.state == FeedState::live) continue;
    worst.exchanges.push_back(feed.exchange);
    worst.message += (worst.message.empty() ? "" : "; ") + feed.exchange + ": " + feed.message;
  }
  return worst;
}

bool MarketFeeds::any_stale() const {
  return std::any_of(feeds_.begin(), feeds_.end(), [](const MarketFeed& feed) { return feed.is_stale(); });
}

void MarketFeeds::lay_over(MarketFeed& feed) const {
  feed.link_says = static_cast<FeedVerdict&>(feed);
  static_cast<FeedVerdict&>(feed) = *hang_;
}

void MarketFeeds::begin_hang(std::int64_t since_ns, std::string message, std::int64_t now_ns) {
  if (hang_) return;
  hang_ = FeedVerdict{FeedState::stale, bus::FeedEvidence::proved, since_ns, std::move(message)};
  for (MarketFeed& feed : feeds_) {
    lay_over(feed);
    feed.judged_ns = now_ns;
  }
}

void MarketFeeds::end_hang(std::int64_t now_ns) {
  if (!hang_) return;
  hang_.reset();
  for (MarketFeed& feed : feeds_) {
    static_cast<FeedVerdict&>(feed) = feed.link_says.value_or(FeedVerdict{});
    feed.link_says.reset();
    feed.judged_ns = now_ns;
    if (feed.state != FeedState::stale) feed.well_since_ns = now_ns;
  }
}

void MarketFeeds::forget() {
  hang_.reset();
  for (MarketFeed& feed : feeds_) {
    feed.state = FeedState::unknown;
    feed.evidence = bus::FeedEvidence::none;
    feed.link_says.reset();
    feed.halted = false;
    feed.last_live_ns = 0;
    feed.connections.clear();
  }
}

}  // namespace gw::upstream
