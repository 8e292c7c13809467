// Files that appear or change while the gateway runs: plugins that brokers wait for, and the
// secrets of those whose login is over.
#include <filesystem>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/gateway.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/base/log.hpp"

namespace gw::app {
namespace {

namespace fs = std::filesystem;

// Differs whenever the file was written again; empty: there is none.
std::string state_of(const std::string& path) {
  std::error_code ec;
  const auto size = fs::file_size(path, ec);
  if (ec) return {};
  const auto time = fs::last_write_time(path, ec);
  return ec ? std::string() : std::to_string(size) + '/' + std::to_string(time.time_since_epoch().count());
}

}  // namespace

std::string state_of_secrets(const config::Broker& broker) {
  std::string all;
  for (const config::Setting& setting : broker.settings)
    for (const config::Value& value : setting.values)
      if (value.source == config::Value::Source::file) all += state_of(value.text) + ';';
  return all;
}

void Gateway::look_at_files() {
  for (const config::Broker& broker : config().brokers) {
    if (!broker.enabled) continue;
    if (feed_.find(broker.name) != nullptr)
      look_at_secrets(broker);
    else
      look_for_plugin(broker);
  }
}

void Gateway::look_at_secrets(const config::Broker& broker) {
  const auto state =
      static_cast<bus::LinkState>(feed_.find(broker.name)->counts().state.load(std::memory_order_relaxed));
  // A link that works has credentials that do.
  if (state == bus::LinkState::connected || state_of_secrets(broker) == secrets_seen_[broker.name]) return;
  log::info("broker", broker.name + ": its secret's file has changed, logging in again");
  const std::string answer = relogin(broker.name);
  if (answer.find("\"ok\":true") == std::string::npos) log::error("broker", broker.name + ": " + answer);
}

// A file that changes between two looks is still being copied; one that was refused is tried again
// when it has changed.
void Gateway::look_for_plugin(const config::Broker& broker) {
  if (find_plugin(plugins_, broker.plugin) != nullptr) return;  // its settings are wrong: only a new start mends that
  const std::string path = (fs::path(plugin_folder(config())) / (broker.plugin + ".so")).string();
  const std::string state = state_of(path);
  const bool settled = !state.empty() && plugins_seen_[broker.name] == state;
  plugins_seen_[broker.name] = state;
  if (!settled || plugins_tried_[broker.name] == state) return;
  plugins_tried_[broker.name] = state;
  plugin_host::ScanEntry entry = plugin_host::scan_file(path, config().plugins.allow);
  if (entry.library == nullptr) return log::error("plugin", entry.refusal);
  log::info("plugin", entry.file + ": loaded, version " + entry.library->descriptor().version);
  std::erase_if(plugins_, [&](const plugin_host::ScanEntry& old) { return old.file == entry.file; });
  plugins_.push_back(std::move(entry));
  const auto users = accounts::AccountStore(*database_).list_users();
  const auto mixed = simulated_problems(loaded_, plugins_, users ? *users : std::vector<accounts::UserRow>{});
  for (const config::Problem& problem : mixed) log::error("config", problem.text());
  if (!mixed.empty()) {
    const std::string why = "left out: simulated and real prices in one list";
    on_routing([&] {
      routing::Router& router = proxy_->router();
      if (const auto id = router.find_broker(broker.name)) router.detach_broker(*id, why);
    });
    return log::error("broker", broker.name + ": " + why);
  }
  start_broker(broker);
  if (updater_ && feed_.find(broker.name) != nullptr) updater_->add(broker, find_plugin(plugins_, broker.plugin));
}

}  // namespace gw::app
