#include "apps/gateway/config_problems.hpp"

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/place_problems.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/server_tls.hpp"
#include "apps/gateway/simulated.hpp"

namespace gw::app {

std::vector<config::Problem> config_problems(const config::Loaded& loaded) {
  std::vector<config::Problem> all = loaded.problems;
  const auto add = [&all](const std::vector<config::Problem>& problems) {
    all.insert(all.end(), problems.begin(), problems.end());
  };
  const auto unwritten = written_file_problems(loaded);
  add(unwritten);
  add(listen_problems(loaded));
  add(plugin_folder_problems(loaded));
  if (const auto plugins = scan_plugins(loaded.config); plugins) {
    add(plugin_problems(loaded, *plugins));
    add(setting_problems(loaded, *plugins));
    if (unwritten.empty()) {
      const auto users = users_of(loaded.config);
      add(simulated_problems(loaded, *plugins, users ? *users : std::vector<accounts::UserRow>{}));
    }
  }
  add(server_tls_problems(loaded));
  return all;
}

}  // namespace gw::app
