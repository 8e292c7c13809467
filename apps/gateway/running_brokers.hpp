// The brokers of a running gateway: set up, given to routing, started, logged in anew and removed. Thread: main until
// the control thread begins, then control.
#pragma once

#include <map>
#include <string>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/instrument_lists.hpp"
#include "core/base/result.hpp"
#include "core/bus/doorbell.hpp"
#include "core/plugin_host/feed_thread.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class RunningBrokers {
 public:
  // `services` are asked by the links until the feed thread has ended.
  RunningBrokers(const GatewayState& state, plugin_host::FeedThread& feed, bus::Doorbell& routing_bell,
                 proxy::Proxy& proxy, InstrumentLists& lists, LinkServices services);

  // All that the configuration has, before the threads begin.
  void start_all();
  void start(const config::Broker& broker);
  // Routing lets go of the adapter before that ends.
  void remove(const std::string& name, const std::string& why);
  // Routing serves nothing of it from now on; what runs goes on.
  void detach(const std::string& name, const std::string& why);

  // New credentials are where the configuration says.
  Result<void> relogin(const std::string& name);
  Result<void> retry(const std::string& name);
  // The secret's file has changed since the present login: logs in anew, unless the link works.
  void look_at_secrets(const config::Broker& broker);
  // Null: the broker does not run.
  plugin_host::BrokerLink* find_link(const std::string& name) const { return feed_.find(name); }

 private:
  routing::BrokerSetup set_up(const config::Broker& broker);

  const GatewayState& state_;
  plugin_host::FeedThread& feed_;
  bus::Doorbell& routing_bell_;
  proxy::Proxy& proxy_;
  InstrumentLists& lists_;
  LinkServices services_;
  std::map<std::string, std::string> secrets_seen_;  // by broker: which state of its files the present login is from
};

}  // namespace gw::app
