#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/config_problems.hpp"
#include "apps/gateway/server_tls.hpp"
#include "apps/gateway/simulated.hpp"

namespace gw::app {

int check_config(const Options& options) {
  const auto where = config::locate(options.config);
  if (!where) return fail(where.error().message, kWrong);
  const config::Loaded loaded = config::load(*where);
  const auto problems = config_problems(loaded);
  if (problems.empty())
    if (const auto users = users_of(loaded.config); !users) return fail(users.error().message);
  if (options.json) {
    nlohmann::json out = nlohmann::json::array();
    for (const config::Problem& p : problems)
      out.push_back({{"file", p.file}, {"line", p.line}, {"key", p.key}, {"found", p.found}, {"expected", p.expected}});
    std::printf("%s\n", out.dump().c_str());
  } else {
    for (const config::Problem& p : problems) std::printf("%s\n", p.text().c_str());
    for (const std::string& warning : server_tls_warnings(loaded)) std::printf("warning: %s\n", warning.c_str());
    if (problems.empty()) std::printf("%s: good\n", loaded.file.c_str());
  }
  return problems.empty() ? kDone : kWrong;
}

}  // namespace gw::app
