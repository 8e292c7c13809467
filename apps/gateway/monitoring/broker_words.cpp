#include "apps/gateway/monitoring/broker_words.hpp"

#include <algorithm>

namespace gw::app {
namespace {

const char* link_words(bus::LinkState state) {
  switch (state) {
    case bus::LinkState::connected:
      return "connected";
    case bus::LinkState::connecting:
      return "logging in";
    case bus::LinkState::reconnecting:
      return "reconnecting";
    case bus::LinkState::auth_expired:
      return "login expired";
    case bus::LinkState::failed:
      return "failed";
    case bus::LinkState::disconnected:
      return "not available";
  }
  return "not known";
}

}  // namespace

const char* broker_words(const BrokerView& broker) {
  if (!broker.enabled) return "disabled";
  if (broker.state != bus::LinkState::connected) return link_words(broker.state);
  const auto any = [&](auto&& is_so) { return std::any_of(broker.feeds.begin(), broker.feeds.end(), is_so); };
  if (any([](const FeedView& feed) { return feed.state == bus::FeedState::stale; })) return "stale";
  if (broker.wanted == 0) return "no subscription";
  if (any([](const FeedView& feed) { return feed.state == bus::FeedState::live; })) return "live";
  if (any([](const FeedView& feed) { return feed.halted; })) return "market halted";
  const bool is_open = broker.always_open || any([](const FeedView& feed) { return feed.market != "closed"; });
  if (!broker.feeds.empty() && !is_open) return "market closed";
  return any([](const FeedView& feed) { return feed.state == bus::FeedState::quiet; }) ? "quiet" : "waiting";
}

}  // namespace gw::app
