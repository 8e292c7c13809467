// Loads plugins that brokers of the configuration wait for when their files appear while the gateway runs. Thread:
// control.
#pragma once

#include <map>
#include <string>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/list_updates.hpp"
#include "apps/gateway/plugin_candidate.hpp"
#include "apps/gateway/plugin_quarantine.hpp"
#include "apps/gateway/running_brokers.hpp"

namespace gw::app {

class MissingPlugins {
 public:
  MissingPlugins(GatewayState& state, RunningBrokers& brokers, ListUpdates& updates, PluginQuarantine& quarantine)
      : state_(state), brokers_(brokers), updates_(updates), quarantine_(quarantine) {}

  // For a broker that does not run: loads its plugin if the file is there now, and starts the broker.
  void look_for(const config::Broker& broker);
  void forget(const std::string& broker);

 private:
  bool has_settled(const std::string& broker, const std::string& path);

  GatewayState& state_;
  RunningBrokers& brokers_;
  ListUpdates& updates_;
  PluginQuarantine& quarantine_;
  std::map<std::string, PluginCandidate> candidates_;  // by broker: its plugin's file while it is loaded elsewhere
  std::map<std::string, std::string> seen_;            // by broker: its plugin's file when last looked at
  std::map<std::string, std::string> tried_;           // by broker: its plugin's file when loading was last tried
};

}  // namespace gw::app
