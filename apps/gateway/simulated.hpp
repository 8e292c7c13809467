// Brokers whose prices are invented, as their plugins say: none of them stands in for a real one unless gateway.yaml
// allows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/accounts/account_store.hpp"
#include "core/config/load.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

bool is_simulated(const plugin_host::Library& library);

// What is wrong with a list of brokers in which one may stand in for the other; nothing: good. A broker whose plugin is
// not there counts as neither.
struct Mixture {
  std::string found;
  std::string expected;
};
std::optional<Mixture> simulated_beside_real(const config::Config& config,
                                             const std::vector<plugin_host::ScanEntry>& plugins,
                                             const std::vector<std::string>& brokers);

// Of active_broker, and of every user's own list.
std::vector<config::Problem> simulated_problems(const config::Loaded& loaded,
                                                const std::vector<plugin_host::ScanEntry>& plugins,
                                                const std::vector<accounts::UserRow>& users);
// The users of the database, where there is one already.
Result<std::vector<accounts::UserRow>> users_of(const config::Config& config);

}  // namespace gw::app
