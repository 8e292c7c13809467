// Whether the connections' feeds are alive, and whether this machine's clock is steady: looked at a few times per stall
// limit.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/plugin_host/broker_link.hpp"

namespace gw::plugin_host {

void BrokerLink::watch() { timers_.set(kWatch, connections_.front()->clock().period_ns()); }

void BrokerLink::look() {
  const std::int64_t now = options_.monotonic();
  const std::int64_t wall = options_.wall();
  const std::int64_t jump = wall_.look(wall, now);
  if (jump != 0)
    log::warning("broker", options_.name + ": this machine's clock jumped by " + seconds_text(jump) +
                               "; nothing depends on it but the times of arrival");
  std::int64_t lag = 0;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    AdapterInstance* connection = connections_[i].get();
    if (connection == nullptr) continue;
    FeedClock& clock = connection->clock();
    if (jump != 0) clock.forget_lag();
    const std::uint64_t open = open_markets(*connection, wall);
    // When nothing trades, or nothing is wanted, silence is as it should be.
    if (open == 0 && connection->state() == AdapterInstance::State::ready) clock.set_live();
    if (connection->state() != AdapterInstance::State::ready) continue;
    const FeedClock::Verdict verdict = clock.check(now, open);
    lag = std::max(lag, clock.lag_ns());
    if (verdict.fault == FeedClock::Fault::none) continue;
    const bool silent = verdict.fault == FeedClock::Fault::no_tick;
    const std::string why =
        silent ? "no tick for " + seconds_text(verdict.for_ns) + " though some are due"
               : "ticks are " + seconds_text(verdict.for_ns) + " late, limit " + seconds_text(options_.lag_limit_ns);
    connection->recycle(why, silent ? verdict.for_ns : 0);
  }
  counts_.lag_ns.store(lag, std::memory_order_relaxed);
  if (told_stale_ && !is_stale()) say_live();
}

// One bit for each market that the connection carries and that trades now. Two markets may have the same bit.
std::uint64_t BrokerLink::open_markets(AdapterInstance& connection, std::int64_t wall_ns) {
  std::uint64_t open = 0;
  for (const auto& [exchange, kind] : connection.markets())
    if (!options_.market_open || options_.market_open(exchange, kind, wall_ns))
      open |= std::uint64_t{1} << (std::hash<std::string_view>{}(exchange) + static_cast<std::size_t>(kind)) % 64;
  return open;
}

bool BrokerLink::is_stale() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const auto& c) { return c != nullptr && c->clock().is_stale(); });
}

// Said anew for each connection that is found silent: routing judges each login by itself.
void BrokerLink::say_stale(const std::string& message, std::int64_t since_ns) {
  told_stale_ = true;
  counts_.recycles.fetch_add(1, std::memory_order_relaxed);
  log::warning("broker", options_.name + ": the feed is stale: " + message);
  channel_.writer().feed(true, since_ns, message);
}

void BrokerLink::say_live() {
  told_stale_ = false;
  log::info("broker", options_.name + ": the feed is live again");
  channel_.writer().feed(false, wall_.at(options_.monotonic()), "live");
}

void BrokerLink::on_feed_live(AdapterInstance&) {
  if (told_stale_ && !is_stale()) say_live();
}

}  // namespace gw::plugin_host
