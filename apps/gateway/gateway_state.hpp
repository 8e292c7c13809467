// What the parts of a running gateway share: its configuration, plugins, database and calendar. A plain record that
// Gateway owns and that outlives the parts. Threads: main until the control thread begins, then control; the calendar:
// any.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/gateway/shared_calendar.hpp"
#include "core/config/load.hpp"
#include "core/database/database.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

struct GatewayState {
  explicit GatewayState(config::Loaded config) : loaded(std::move(config)) {}
  const config::Config& config() const { return loaded.config; }
  // Null: the configuration has no broker of that name.
  const config::Broker* find_broker(const std::string& name) const {
    for (const config::Broker& broker : config().brokers)
      if (broker.name == name) return &broker;
    return nullptr;
  }

  config::Loaded loaded;
  std::vector<plugin_host::ScanEntry> plugins;
  std::unique_ptr<database::Database> database;
  std::shared_ptr<SharedCalendar> calendar = std::make_shared<SharedCalendar>();
};

}  // namespace gw::app
