#include "apps/gateway/feeds_watch.hpp"

#include "apps/gateway/monitoring/routing_view.hpp"
#include "apps/gateway/monitoring/verdict.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace gw::app {
namespace {

// What is served now: feeds that are live, and those of which nothing is known yet.
struct Served {
  std::string live;  // "BROKER NSE (2,981 instruments), OTHER BFO (12 instruments)"
  bool is_any_unknown = false;
};

Served served_by(const std::vector<BrokerView>& brokers) {
  Served served;
  for (const BrokerView& broker : brokers)
    for (const FeedView& feed : broker.feeds) {
      if (feed.served == 0) continue;
      if (feed.state == bus::FeedState::unknown && feed.market != "closed") served.is_any_unknown = true;
      if (feed.state != bus::FeedState::live) continue;
      served.live += (served.live.empty() ? "" : ", ") + broker.name + ' ' + feed.exchange + " (" +
                     grouped(feed.served) + " instruments)";
    }
  return served;
}

}  // namespace

void FeedsWatch::look(proxy::Proxy& proxy) {
  if (const auto brokers = brokers_.take()) look_at(*brokers);
  brokers_.ask(proxy, [&proxy] { return view_brokers(proxy); });
}

void FeedsWatch::look_at(const std::vector<BrokerView>& brokers) {
  look_at_markets(brokers);
  const Verdict verdict = judge(brokers);
  const Served served = served_by(brokers);
  if (!verdict.is_ready()) {
    if (all_live_) log::warning("gateway", "not all feeds are live: " + verdict.problems.front().text());
    all_live_ = false;
  } else if (!all_live_ && !served.live.empty() && !served.is_any_unknown) {
    log::info("gateway", "all feeds live: " + served.live);
    all_live_ = true;
  }
}

void FeedsWatch::look_at_markets(const std::vector<BrokerView>& brokers) {
  for (const BrokerView& broker : brokers)
    for (const FeedView& feed : broker.feeds) {
      if (feed.market.empty()) continue;
      std::string& before = markets_[feed.exchange];
      if (!before.empty() && before != feed.market)
        log::info("gateway", "the market of " + feed.exchange + " is " + feed.market + " (before: " + before + ")");
      before = feed.market;
    }
}

}  // namespace gw::app
