// What routing is told of a broker's feeds, exchange by exchange: the verdicts of all connections together, whenever
// they change. Thread: feed.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/liveness/market_watch.hpp"
#include "core/plugin_host/connections.hpp"
#include "core/plugin_host/link_context.hpp"

namespace gw::plugin_host {

class FeedReport {
 public:
  FeedReport(LinkContext& link, const Connections& connections) : link_(link), connections_(connections) {}

  // Tells routing and the log which verdicts have changed.
  void tell();
  // Why the feed is as it is: "no tick since TIME, though …".
  std::string text_of(const liveness::MarketWatch& market) const;

 private:
  struct Told {
    bus::FeedState state = bus::FeedState::unknown;
    bus::FeedEvidence evidence = bus::FeedEvidence::none;
  };

  void tell_of(const liveness::MarketWatch& market);

  LinkContext& link_;
  const Connections& connections_;
  std::map<std::string, Told, std::less<>> told_;  // by exchange
};

}  // namespace gw::plugin_host
