// What a running gateway does on its control thread: answers the command line, and takes up what
// other processes changed in the database.
#include <nlohmann/json.hpp>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/gateway.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
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
  constexpr int kLooksPerSave = 120;  // half a minute: a crash loses no more than that of the history of sessions
  if (reload_wanted_.exchange(false)) take_up_configuration();
  look_at_database();
  look_at_day();
  if (++looks_ % kLooksPerFileLook == 0) look_at_files();
  if (looks_ % kLooksPerSave == 0) save_sessions();
}

void Gateway::look_at_database() {
  const std::int64_t version = database_->data_version();
  if (version == data_version_) return;
  data_version_ = version;
  auto ring = accounts::AccountStore(*database_).load_ring();
  if (!ring)
    log::error("accounts", ring.error().message + "; going on with the keys known before");
  else
    proxy_->post([this, keys = *ring] { proxy_->requests().set_keys(keys); });
  look_at_instruments();
}

void Gateway::look_at_instruments() {
  instruments::InstrumentStore store(*database_);
  for (const plugin_host::ScanEntry& entry : plugins_) {
    if (entry.library == nullptr) continue;
    const std::string plugin = entry.library->descriptor().broker;
    const auto generation = store.generation(plugin);
    if (!generation || *generation == generations_[plugin]) continue;
    take_up_list(*entry.library);
  }
}

void Gateway::take_up_list(const plugin_host::Library& library) {
  const std::string plugin = library.descriptor().broker;
  const auto index = load_index(library);
  log::info("instruments", plugin + ": " + std::to_string(index->size()) + " instruments taken up");
  proxy_->post([this, plugin, index] {
    routing::Router& router = proxy_->router();
    router.set_index(plugin, index);
    for (routing::BrokerId id = 0; id < router.broker_count(); ++id) {
      if (router.broker(id).setup().plugin != plugin) continue;
      warn_of_missing_canaries(router, id);
      if (const std::size_t count = router.unlisted_count(id); count != 0)
        log::warning("instruments", router.broker(id).setup().name + ": " + std::to_string(count) +
                                        " subscribed instruments are not in the list: they end with their day");
    }
  });
}

// Contracts that are built in roll with the calendar.
void Gateway::look_at_day() {
  const std::int64_t today = day_at(wall_ns(), loaded_.calendar.clock.offset_at(wall_ns()));
  if (std::exchange(day_, today) == today) return;
  drop_sessions();
  for (const plugin_host::ScanEntry& entry : plugins_) {
    if (entry.library == nullptr) continue;
    const bgw_instruments* extension = entry.library->instruments();
    const bool is_built_in = extension != nullptr && extension->builtin != nullptr;
    if (is_built_in && generations_[entry.library->descriptor().broker] == 0) take_up_list(*entry.library);
  }
}

}  // namespace gw::app
