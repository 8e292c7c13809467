// Starts and stops the updates of instrument lists as the configuration asks for them. Threads: main until the control
// thread begins, then control; the feed thread tells which lists brokers announce.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/instrument_updater.hpp"
#include "core/plugin_host/feeds.hpp"

namespace gw::app {

class ListUpdates {
 public:
  ListUpdates(const GatewayState& state, plugin_host::Feeds& feeds) : state_(state), feeds_(feeds) {}

  // Begins updates for the brokers that run, if the configuration asks for updates.
  void start();
  // Ends updates, and a download that is under way. Call it before the configuration is replaced: the updater reads it.
  void stop();
  // A broker that runs from now on.
  void add(const config::Broker& broker);
  // A broker says which list of the plugin is current. [feed]
  void announced(const std::string& plugin, std::string_view etag);

 private:
  void add_to_updater(const config::Broker& broker);

  const GatewayState& state_;
  plugin_host::Feeds& feeds_;
  std::mutex mutex_;
  std::unique_ptr<InstrumentUpdater> updater_;    // null: no updates are running
  std::map<std::string, std::string> announced_;  // by plugin, the last: it may come before an updater begins
};

}  // namespace gw::app
