// Brokers whose plugins declare that their prices are simulated: none of them stands in for a real broker unless
// gateway.yaml allows it. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/accounts/account_store.hpp"
#include "core/config/load.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

bool is_simulated(const plugin_host::Library& library);

// A list of brokers that mixes simulated and real ones, of which one could stand in for the other. Nothing: it does
// not. A broker whose plugin is not there counts as neither.
struct Mixture {
  std::string found;
  std::string expected;
};
std::optional<Mixture> simulated_beside_real(const config::Config& config,
                                             const std::vector<plugin_host::ScanEntry>& plugins,
                                             const std::vector<std::string>& brokers);

// Whether a user may have this list of brokers; the error says what was found and what was expected.
Result<void> check_brokers_of_user(const config::Config& config, const std::vector<plugin_host::ScanEntry>& plugins,
                                   const std::vector<std::string>& names);

// Checks active_broker, and every user's own list of brokers.
std::vector<config::Problem> simulated_problems(const config::Loaded& loaded,
                                                const std::vector<plugin_host::ScanEntry>& plugins,
                                                const std::vector<accounts::UserRow>& users);
// The users of the database; none when there is no database yet.
Result<std::vector<accounts::UserRow>> users_of(const config::Config& config);

}  // namespace gw::app
