// What a running gateway does on its control thread: answers the command line, and takes up what
// other processes changed in the database.
#include <nlohmann/json.hpp>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/gateway.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::string refusal(const std::string& why) { return Json{{"ok", false}, {"error", why}}.dump(); }

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string Gateway::answer(std::string_view line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object()) return refusal("expected a JSON object on one line");
  const std::string command = text_at(request, "command");
  const std::string broker = text_at(request, "broker");
  if (command == "status") return status();
  if (command == "relogin") return relogin(broker);
  if (command == "retry") return retry(broker);
  if (command == "look") {
    look_at_database();
    return R"({"ok":true})";
  }
  return refusal("unknown command '" + command + "'");
}

std::string Gateway::relogin(const std::string& name) {
  plugin_host::BrokerLink* link = feed_.find(name);
  const config::Broker* broker = find_broker(name);
  if (link == nullptr || broker == nullptr) return refusal("no broker '" + name + "' is running");
  auto settings = adapter_settings(*broker, *find_plugin(plugins_, broker->plugin));
  secrets_seen_[name] = state_of_secrets(*broker);
  if (!settings) return refusal(settings.error().message);
  feed_.post([link, taken = std::move(*settings)]() mutable { link->relogin(std::move(taken)); });
  return R"({"ok":true})";
}

std::string Gateway::retry(const std::string& name) {
  plugin_host::BrokerLink* link = feed_.find(name);
  if (link == nullptr) return refusal("no broker '" + name + "' is running");
  feed_.post([link] { link->retry(); });
  return R"({"ok":true})";
}

void Gateway::look() {
  constexpr int kLooksPerFileLook = 2;
  if (reload_wanted_.exchange(false)) take_up_configuration();
  look_at_database();
  if (++looks_ % kLooksPerFileLook == 0) look_at_files();
}

void Gateway::look_at_database() {
  const std::int64_t version = database_->data_version();
  if (version == data_version_) return;
  data_version_ = version;
  auto ring = accounts::AccountStore(*database_).load_ring();
  if (!ring)
    log::error("accounts", ring.error().message + "; going on with the keys known before");
  else
    proxy_->post([this, keys = *ring] { proxy_->desk().set_keys(keys); });
  look_at_instruments();
}

void Gateway::look_at_instruments() {
  instruments::InstrumentStore store(*database_);
  for (const plugin_host::ScanEntry& entry : plugins_) {
    if (entry.library == nullptr) continue;
    const std::string plugin = entry.library->descriptor().broker;
    const auto generation = store.generation(plugin);
    if (!generation || *generation == generations_[plugin]) continue;
    const auto index = load_index(*entry.library);
    log::info("instruments", plugin + ": " + std::to_string(index->size()) + " instruments taken up");
    proxy_->post([this, plugin, index] { proxy_->router().set_index(plugin, index); });
  }
}

}  // namespace gw::app
