// Plugins that brokers of the configuration wait for: loaded when their file appears while the gateway runs. Thread:
// control.
#pragma once

#include <map>
#include <string>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/list_updates.hpp"
#include "apps/gateway/running_brokers.hpp"

namespace gw::app {

class MissingPlugins {
 public:
  MissingPlugins(GatewayState& state, RunningBrokers& brokers, ListUpdates& updates)
      : state_(state), brokers_(brokers), updates_(updates) {}

  // Loads the plugin of a broker that does not run, where there is one now, and starts the broker.
  void look_for(const config::Broker& broker);
  void forget(const std::string& broker);

 private:
  bool has_settled(const std::string& broker, const std::string& path);

  GatewayState& state_;
  RunningBrokers& brokers_;
  ListUpdates& updates_;
  std::map<std::string, std::string> seen_;   // by broker: which state of its plugin's file was looked at last
  std::map<std::string, std::string> tried_;  // and which was tried
};

}  // namespace gw::app
