#include "apps/gateway/commands/control_answer.hpp"

#include <nlohmann/json.hpp>

#include "core/control/control_socket.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

}  // namespace

Result<Json> ask_gateway(const config::Config& config, const Json& request) {
  const auto answer = control::ask(control_path(config), request.dump());
  if (!answer) return answer.error();
  const Json parsed = Json::parse(*answer, nullptr, false);
  if (!parsed.is_object()) return Error{"the gateway's answer is not JSON"};
  if (!parsed.value("ok", false)) return Error{parsed.value("error", "refused")};
  return parsed;
}

Result<Json> ask_gateway(const Options& options, const Json& request) {
  const auto loaded = load_config(options);
  if (!loaded) return Error{""};
  return ask_gateway(loaded->config, request);
}

int no_answer(const Error& error) { return error.message.empty() ? kWrong : fail(error.message); }

}  // namespace gw::app
