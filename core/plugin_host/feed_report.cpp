#include "core/plugin_host/feed_report.hpp"

#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/bus/next_step.hpp"

namespace gw::plugin_host {
namespace {

using bus::FeedEvidence;
using bus::FeedState;
using liveness::MarketWatch;

// Where several connections carry an exchange, the one with the highest weight speaks for all. Stale comes first,
// because somebody misses those ticks; a live one covers for one that is quiet as it often is. A connection that
// carries nothing of the exchange, or nothing that trades now, speaks only where no other does.
int weight(const MarketWatch& market) {
  if (market.carried().count() == 0) return -1;
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

void FeedReport::tell() {
  std::map<std::string_view, const MarketWatch*> worst;
  connections_.for_each([&worst](const BrokerConnection& connection) {
    for (const auto& judge : connection.judges()->all())
      for (const auto& market : judge->markets()) {
        const MarketWatch*& speaks = worst[market->exchange()];
        if (speaks == nullptr || weight(*market) > weight(*speaks)) speaks = market.get();
      }
  });
  for (const auto& [exchange, market] : worst) tell_of(*market);
}

void FeedReport::tell_of(const MarketWatch& market) {
  Told& told = told_[market.exchange()];
  if (told.state == market.state() && told.evidence == market.evidence()) return;
  const bool was_well = told.state == FeedState::live || told.state == FeedState::unknown;
  told = {market.state(), market.evidence()};
  const std::string message = text_of(market);
  const std::string text =
      link_.options.name + ": the feed of " + market.exchange() + " is " + bus::word(market.state());
  if (market.state() == FeedState::stale)
    // event: …: the feed of … is stale: …; next: …
    log::warning("broker", text + ": " + message + "; next: " + bus::next_step(market.state()));
  else if (market.state() == FeedState::quiet || !was_well)
    // event: …: the feed of … is live again; or quiet: …
    log::info("broker", text + (market.state() == FeedState::live ? " again" : ": " + message));
  link_.writer().feed(market.exchange(), market.state(), market.evidence(), link_.clock.at(market.verdict().since_ns),
                      message);
}

// Adds to a message about silence since when there is no tick.
std::string FeedReport::text_of(const MarketWatch& market) const {
  constexpr std::string_view kNoTick = "no tick";
  const std::string& why = market.verdict().message;
  if (!why.starts_with(kNoTick)) return why;
  return std::string(kNoTick) + " since " + iso_time(link_.clock.at(market.verdict().since_ns)) +
         why.substr(kNoTick.size());
}

}  // namespace gw::plugin_host
