#include "apps/gateway/control_commands.hpp"

#include <nlohmann/json.hpp>

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::string refusal(const std::string& why) { return Json{{"ok", false}, {"error", why}}.dump(); }

std::string answer_of(const Result<void>& done) {
  return done ? std::string(R"({"ok":true})") : refusal(done.error().message);
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string ControlCommands::answer(std::string_view line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object()) return refusal("expected a JSON object on one line");
  const std::string command = text_at(request, "command");
  const std::string broker = text_at(request, "broker");
  if (command == "status") return status_.json();
  if (command == "relogin") return answer_of(brokers_.relogin(broker));
  if (command == "retry") return answer_of(brokers_.retry(broker));
  if (command == "take_up_login") return answer_of(brokers_.take_up_secrets(broker));
  if (command == "look") {
    look_();
    return answer_of({});
  }
  return refusal("unknown command '" + command + "'");
}

}  // namespace gw::app
