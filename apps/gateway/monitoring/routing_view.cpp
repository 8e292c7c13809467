#include "apps/gateway/monitoring/routing_view.hpp"

#include "core/base/clock.hpp"
#include "core/bus/next_step.hpp"

namespace gw::app {
namespace {

FeedView view_feed(const proxy::Proxy& proxy, routing::BrokerId id, const upstream::MarketFeed& feed) {
  FeedView view;
  view.exchange = feed.exchange;
  view.state = feed.shown();
  view.since_ns = feed.since_ns;
  view.message = feed.message;
  const routing::Broker& broker = proxy.router().brokers()[id];
  if (view.state == bus::FeedState::live && !broker.is_connected()) {
    view.state = bus::FeedState::stale;
    view.is_cut_off = true;
    view.since_ns = 0;  // since it was live
    view.message = std::string("the link is ") + bus::word(broker.state());
  }
  view.halted = feed.halted;
  view.market = proxy.markets().status_of(feed.exchange);
  proxy.router().interests().for_each_group([&](routing::GroupId, const routing::BrokerGroup& group) {
    if (!group.is_canary) view.served += group.served_count(id, feed.exchange);
  });
  if (feed.last_live_ns != 0) view.last_live_age_s = static_cast<double>(monotonic_ns() - feed.last_live_ns) / 1e9;
  return view;
}

BrokerView view_broker(const proxy::Proxy& proxy, routing::BrokerId id) {
  const routing::Broker& broker = proxy.router().brokers()[id];
  BrokerView view;
  view.name = broker.name();
  view.enabled = broker.setup().enabled;
  view.always_open = broker.setup().always_open;
  view.is_active = proxy.router().group(upstream::kDefaultGroup).broker() == id;
  view.state = broker.state();
  view.message = broker.available() ? broker.state_message() : broker.setup().unavailable;
  view.next_step = broker.setup().next_step;
  if (view.next_step.empty()) view.next_step = bus::next_step(view.state, view.name);
  view.wanted = broker.demand().wanted_count();
  if (broker.index() != nullptr) view.list_time_ns = broker.index()->list().time_ns;
  for (const upstream::MarketFeed& feed : broker.feeds().all()) view.feeds.push_back(view_feed(proxy, id, feed));
  view.subscriptions = proxy.router().topics().counts_of(id);
  view.limits = broker.demand().allocator().uses();
  return view;
}

}  // namespace

std::vector<BrokerView> view_brokers(const proxy::Proxy& proxy) {
  std::vector<BrokerView> views;
  for (std::size_t id = 0; id < proxy.router().brokers().size(); ++id)
    views.push_back(view_broker(proxy, static_cast<routing::BrokerId>(id)));
  return views;
}

RoutingView view_routing(const proxy::Proxy& proxy) {
  return {view_brokers(proxy), proxy.clients().count(), proxy.router().counts(), proxy.requests().counts(),
          proxy.router().until_routed()};
}

}  // namespace gw::app
