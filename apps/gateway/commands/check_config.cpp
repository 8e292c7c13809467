#include <cstdio>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/place_problems.hpp"
#include "apps/gateway/server_tls.hpp"
#include "apps/gateway/simulated.hpp"

namespace gw::app {

int check_config(const Options& options) {
  const auto where = config::locate(options.config);
  if (!where) return fail(where.error().message, kWrong);
  config::Loaded loaded = config::load(*where);
  const auto add = [&loaded](std::vector<config::Problem> problems) {
    for (config::Problem& problem : problems) loaded.problems.push_back(std::move(problem));
  };
  const auto unwritten = written_file_problems(loaded);
  add(unwritten);
  add(listen_problems(loaded));
  add(plugin_folder_problems(loaded));
  if (const auto plugins = plugin_host::scan(plugin_folder(loaded.config), loaded.config.plugins.allow); plugins) {
    add(plugin_problems(loaded, *plugins));
    add(setting_problems(loaded, *plugins));
    if (unwritten.empty()) {
      const auto users = users_of(loaded.config);
      if (!users) return fail(users.error().message);
      add(simulated_problems(loaded, *plugins, *users));
    }
  }
  add(server_tls_problems(loaded));
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
