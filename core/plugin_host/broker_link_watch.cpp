// Whether the connections' feeds live, and whether this machine's clock is steady: looked at a few times per stall
// limit.
#include <algorithm>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/plugin_host/broker_link.hpp"

namespace gw::plugin_host {
namespace {

using bus::FeedEvidence;
using bus::FeedState;
using liveness::MarketWatch;

// Of one exchange on several connections, the one that speaks for all: what is stale there is missed by somebody, and
// one that lives covers for one that is quiet as it often is. One of which nothing trades now, or that carries nothing,
// speaks where no other does, and not of its past.
int weight(const MarketWatch& market) {
  if (market.carried() == 0) return market.state() == FeedState::live ? -2 : -1;
  if (market.begin_ns() == 0) return 0;
  switch (market.state()) {
    case FeedState::stale:
      return 5;
    case FeedState::quiet:
      return market.evidence() != FeedEvidence::none || market.is_unlike_itself() ? 4 : 2;
    case FeedState::live:
      return 3;
    case FeedState::unknown:
      return 1;
  }
  return 0;
}

}  // namespace

std::shared_ptr<liveness::FeedJudge> BrokerLink::make_judge() const {
  liveness::JudgeServices services;
  services.answers = [this](std::string_view exchange) {
    return connections_.front()->capabilities().answers_with_snapshot(exchange);
  };
  services.is_open = options_.market_open;
  services.has_hours = options_.has_hours;
  services.is_expected = options_.is_expected;
  services.session_seen = options_.session_seen;
  return std::make_shared<liveness::FeedJudge>(
      std::move(services),
      liveness::WatchLimits{stall_limit_of(*library_, options_), options_.lag_limit_ns, options_.first_tick_limit_ns});
}

void BrokerLink::watch() { timers_.set(kWatch, connections_.front()->judge()->period_ns()); }

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
    liveness::FeedJudge& judge = *connection->judge();
    if (jump != 0) judge.distrust_clock();
    if (connection->state() != AdapterInstance::State::ready) continue;
    judge.check(now, wall);
    for (auto asked = judge.take_asking(now, wall); !asked.empty(); asked = judge.take_asking(now, wall)) {
      log::debug("broker", options_.name + ": asking for " + std::to_string(asked.size()) + " instruments again");
      connection->ask_again(asked);
    }
    for (const auto& market : judge.markets()) lag = std::max(lag, market->lag_ns());
    if (judge.take_news()) tell_feeds();
  }
  renew_what_is_due(now);
  counts_.lag_ns.store(lag, std::memory_order_relaxed);
}

// What changed of the exchanges' feeds, all connections together.
void BrokerLink::tell_feeds() {
  std::map<std::string_view, const MarketWatch*> worst;
  for (const auto& connection : connections_) {
    if (connection == nullptr) continue;
    for (const auto& market : connection->judge()->markets()) {
      const MarketWatch*& place = worst[market->exchange()];
      if (place == nullptr || weight(*market) > weight(*place)) place = market.get();
    }
  }
  for (const auto& [exchange, market] : worst) tell_feed(*market);
}

void BrokerLink::tell_feed(const MarketWatch& market) {
  Told& told = told_[market.exchange()];
  if (told.state == market.state() && told.evidence == market.evidence()) return;
  const bool was_well = told.state == FeedState::live || told.state == FeedState::unknown;
  told = {market.state(), market.evidence()};
  const std::string message = text_of(market);
  const std::string text = options_.name + ": the feed of " + market.exchange() + " is " + bus::word(market.state());
  if (market.state() == FeedState::stale)
    log::warning("broker", text + ": " + message);
  else if (market.state() == FeedState::quiet || !was_well)
    log::info("broker", text + (market.state() == FeedState::live ? " again" : ": " + message));
  channel_.writer().feed(market.exchange(), market.state(), market.evidence(), wall_.at(market.since_ns()), message);
}

// "no tick since TIME, though some are due": since when belongs to silence.
std::string BrokerLink::text_of(const MarketWatch& market) const {
  constexpr std::string_view kNoTick = "no tick";
  const std::string& why = market.message();
  if (!why.starts_with(kNoTick)) return why;
  return std::string(kNoTick) + " since " + iso_time(wall_.at(market.since_ns())) + why.substr(kNoTick.size());
}

}  // namespace gw::plugin_host
