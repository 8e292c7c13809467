#include "apps/gateway/commands/control_answer.hpp"

#include <nlohmann/json.hpp>

#include "apps/gateway/running_gateway.hpp"

namespace gw::app {

Result<nlohmann::json> ask_gateway(const Options& options, const nlohmann::json& request) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return Error{""};
  return gateway->ask(request);
}

int no_answer(const Error& error) { return error.message.empty() ? kWrong : fail(error.message); }

}  // namespace gw::app
