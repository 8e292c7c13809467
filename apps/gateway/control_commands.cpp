#include "apps/gateway/control_commands.hpp"

#include <nlohmann/json.hpp>

#include "apps/gateway/client_lists.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/base/log.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::string refusal(const std::string& why) {
  return Json{{"ok", false}, {"error", why}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string answer_of(const Result<void>& done) {
  return done ? std::string(R"({"ok":true})") : refusal(done.error().message);
}

// The command waits until the login of this number has an outcome.
std::string answer_of(const Result<std::uint64_t>& asked) {
  return asked ? Json{{"ok", true}, {"asked", *asked}}.dump() : refusal(asked.error().message);
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> texts_at(const Json& object, const char* key) {
  std::vector<std::string> texts;
  for (const Json& text : (object.contains(key) ? object.at(key) : Json::array()))
    if (text.is_string()) texts.push_back(text.get<std::string>());
  return texts;
}

}  // namespace

std::string ControlCommands::answer(std::string_view line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object()) return refusal("expected a JSON object on one line");
  const std::string command = text_at(request, "command");
  const std::string broker = text_at(request, "broker");
  if (command == "status") return status_.json(database_.problem());
  if (command == "relogin") return answer_of(brokers_.relogin(broker));
  if (command == "retry") return answer_of(brokers_.retry(broker));
  if (command == "take_up_login") return answer_of(brokers_.take_up_secrets(broker));
  if (command == "link") return status_.link_json(broker);
  if (command == "reload") return reload();
  if (command == "plugins") return files_.json();
  if (command == "plugins_reload") return answer_of(files_.reload(text_at(request, "file")));
  if (command == "plugins_rollback") return answer_of(files_.rollback(text_at(request, "file")));
  if (command == "plugins_quarantine")
    return answer_of(request.contains("remove") ? files_.take_out_of_quarantine(text_at(request, "remove"))
                                                : files_.put_into_quarantine(text_at(request, "file")));
  if (command == "look") return look_at_database();
  if (command == "save_key_uses") return key_uses_.save(status_.proxy()), answer_of(Result<void>());
  if (command == "check_brokers")
    return answer_of(check_brokers_of_user(state_.config(), state_.plugins, texts_at(request, "brokers")));
  if (const auto list = answer_list(status_.proxy(), request)) return *list;
  return refusal("unknown command '" + command + "'");
}

std::string ControlCommands::reload() {
  log::reopen();
  files_.abandon();
  const Result<std::vector<std::string>> taken = reload_.take_up();
  return taken ? Json{{"ok", true}, {"said", *taken}}.dump() : refusal(taken.error().message);
}

// The command compares the file that it opened with the one that this gateway serves.
std::string ControlCommands::look_at_database() {
  const auto seen = database_.look();
  const database::Database& database = database_.database();
  Json answer = {{"ok", seen.has_value()},
                 {"database", database.path()},
                 {"device", database.identity().device},
                 {"inode", database.identity().inode}};
  if (!seen) answer["error"] = seen.error().message;
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gw::app
