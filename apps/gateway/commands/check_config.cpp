#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/commands/commands.hpp"

namespace gw::app {

int check_config(const Options& options) {
  const auto where = config::locate(options.config);
  if (!where) return fail(where.error().message, kWrong);
  config::Loaded loaded = config::load(*where);
  if (const auto plugins = plugin_host::scan(plugin_folder(loaded.config), loaded.config.plugins.allow); plugins)
    for (const config::Broker& broker : loaded.config.brokers) {
      // A disabled broker, or one whose plugin is not there (yet), cannot be checked further.
      const auto library = broker.enabled ? find_plugin(*plugins, broker.plugin) : nullptr;
      if (library == nullptr) continue;
      auto problems = config::check_settings(broker, loaded.file, setting_rules(*library));
      if (problems.empty()) problems = try_settings(broker, loaded.file, library);
      for (config::Problem& problem : problems) loaded.problems.push_back(std::move(problem));
    }
  if (options.json) {
    nlohmann::json out = nlohmann::json::array();
    for (const config::Problem& p : loaded.problems)
      out.push_back({{"file", p.file}, {"line", p.line}, {"key", p.key}, {"found", p.found}, {"expected", p.expected}});
    std::printf("%s\n", out.dump().c_str());
  } else {
    for (const config::Problem& p : loaded.problems) std::printf("%s\n", p.text().c_str());
    if (loaded.problems.empty()) std::printf("%s: good\n", loaded.file.c_str());
  }
  return loaded.problems.empty() ? kDone : kWrong;
}

}  // namespace gw::app
