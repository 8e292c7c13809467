#include "apps/gateway/simulated.hpp"

#include <algorithm>
#include <filesystem>

#include "apps/gateway/environment.hpp"
#include "core/base/text.hpp"

namespace gw::app {

bool is_simulated(const plugin_host::Library& library) {
  return (library.descriptor().flags & BGW_PLUGIN_SIMULATED) != 0;
}

std::optional<Mixture> simulated_beside_real(const config::Config& config,
                                             const std::vector<plugin_host::ScanEntry>& plugins,
                                             const std::vector<std::string>& brokers) {
  if (config.allow_simulated) return std::nullopt;
  std::string simulated;
  std::string real;
  for (const std::string& name : brokers) {
    const auto broker = std::find_if(config.brokers.begin(), config.brokers.end(),
                                     [&](const config::Broker& b) { return b.name == name; });
    const auto library = broker == config.brokers.end() ? nullptr : find_plugin(plugins, broker->plugin);
    if (library == nullptr) continue;
    std::string& kind = is_simulated(*library) ? simulated : real;
    if (kind.empty()) kind = name;
  }
  if (simulated.empty() || real.empty()) return std::nullopt;
  return Mixture{simulated + ", whose prices are simulated, beside " + real,
                 "real brokers only, or simulated ones only, or allow_simulated: true"};
}

Result<void> check_brokers_of_user(const config::Config& config, const std::vector<plugin_host::ScanEntry>& plugins,
                                   const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const config::Broker& broker : config.brokers) known.push_back(broker.name);
  for (const std::string& name : names) {
    if (std::count(names.begin(), names.end(), name) > 1)
      return Error{"brokers: found '" + name + "' twice, expected each broker once"};
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string guess = did_you_mean(name, known);
    return Error{"broker: found '" + name + "', expected a broker of gateway.yaml" +
                 (guess.empty() ? "" : " (did you mean '" + guess + "'?)")};
  }
  if (const auto mixed = simulated_beside_real(config, plugins, names))
    return Error{"brokers: found " + mixed->found + ", expected " + mixed->expected};
  return {};
}

std::vector<config::Problem> simulated_problems(const config::Loaded& loaded,
                                                const std::vector<plugin_host::ScanEntry>& plugins,
                                                const std::vector<accounts::UserRow>& users) {
  std::vector<config::Problem> problems;
  const config::Config& config = loaded.config;
  if (const auto mixed = simulated_beside_real(config, plugins, config.active_broker))
    problems.push_back({loaded.file, config.active_broker_line, "active_broker", mixed->found, mixed->expected});
  for (const accounts::UserRow& user : users)
    if (const auto mixed = simulated_beside_real(config, plugins, user.brokers))
      problems.push_back(
          {config.database, 1, "brokers of user " + user.name, mixed->found,
           mixed->expected + "; change it with: broker-gateway users set-broker " + user.name + " BROKER"});
  return problems;
}

Result<std::vector<accounts::UserRow>> users_of(const config::Config& config) {
  std::error_code ec;
  if (!std::filesystem::exists(config.database, ec)) return std::vector<accounts::UserRow>{};
  const auto database = open_database(config);
  if (!database) return database.error();
  return accounts::AccountStore(**database).list_users();
}

}  // namespace gw::app
