// The updates of instrument lists that the configuration asks for: begun, ended and begun anew with it. Any thread: the
// feed thread tells which lists brokers announce, the control thread begins and ends.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/instrument_updater.hpp"
#include "core/plugin_host/feed_thread.hpp"

namespace gw::app {

class ListUpdates {
 public:
  ListUpdates(const GatewayState& state, plugin_host::FeedThread& feed) : state_(state), feed_(feed) {}

  // For the brokers that run, where the configuration wants it.
  void start();
  // Before the configuration is replaced, which the updater looks at. A download that is under way is ended.
  void stop();
  // The broker runs now.
  void add(const config::Broker& broker);
  // A broker says which list of the plugin is the present one.
  void announced(const std::string& plugin, std::string_view etag);

 private:
  const GatewayState& state_;
  plugin_host::FeedThread& feed_;
  std::mutex mutex_;
  std::unique_ptr<InstrumentUpdater> updater_;  // null: lists are not updated by themselves
};

}  // namespace gw::app
