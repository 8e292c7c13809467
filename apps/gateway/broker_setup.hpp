// Makes what gateway.yaml says of one broker into something that runs, or into the reason why it does not.
#pragma once

#include <string>
#include <vector>

#include "core/config/config.hpp"
#include "core/plugin_host/feed_thread.hpp"
#include "core/plugin_host/scanner.hpp"
#include "core/routing/broker_table.hpp"

namespace gw::app {

Result<std::vector<plugin_host::AdapterSetting>> adapter_settings(const config::Broker& broker,
                                                                  const plugin_host::Library& library);

// Adds an adapter to the feed thread unless the broker cannot be used; what is wrong is logged with file and line.
routing::BrokerSetup set_up_broker(const config::Broker& broker, const std::string& file,
                                   const std::vector<plugin_host::ScanEntry>& plugins, plugin_host::FeedThread& feed,
                                   bus::Doorbell& routing_bell);

}  // namespace gw::app
