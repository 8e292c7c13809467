#include "apps/gateway/feed_process_command.hpp"

#include <cstdlib>
#include <memory>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/credentials_checker.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/signals.hpp"
#include "core/feed_process/child.hpp"

namespace gw::app {

int feed_process_command(const std::vector<std::string>& arguments) {
  constexpr std::size_t kDescriptors = 6;
  std::vector<int> numbers;
  for (const std::string& argument : arguments) numbers.push_back(std::atoi(argument.c_str()));
  if (numbers.size() != kDescriptors || numbers.front() < 3)
    return fail("the gateway runs this command itself, for a broker with isolation: process (docs/configuration.md)",
                kWrong);
  block_signals();  // the gateway alone ends this process
  write_log_on_crash();
  // Lives as long as the link, which asks it.
  static CredentialsChecker credentials;
  return feed_process::run_child(
      {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]},
      [](std::shared_ptr<const plugin_host::Library> library, plugin_host::LinkOptions& options) {
        ask_credentials_of(std::move(library), credentials, options);
      });
}

}  // namespace gw::app
