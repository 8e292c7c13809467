// What a running gateway does on its control thread: answers the command line, and takes up what
// other processes changed in the database.
#include <future>

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

std::uint64_t value(const std::atomic<std::uint64_t>& count) { return count.load(std::memory_order_relaxed); }

Json broker_json(const plugin_host::AdapterCounts& c) {
  return {{"connects", value(c.connects)},
          {"frames", value(c.frames)},
          {"frames_refused", value(c.frames_refused)},
          {"updates", value(c.updates)},
          {"updates_invalid", value(c.updates_invalid)},
          {"conflated", value(c.conflated)},
          {"subscribed", value(c.wanted)}};
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

std::string Gateway::status() {
  Json out = {{"ok", true}, {"port", port_}, {"zeromq", zeromq_ ? Json(zeromq_->endpoint()) : Json(nullptr)}};
  // Routing's numbers are routing's: it makes the copy, this thread waits for it.
  std::promise<void> copied;
  shard_->post([&] {
    const routing::Router& router = shard_->router();
    out["clients"] = shard_->session_count();
    out["updates"] = router.counts().updates;
    out["published"] = router.counts().published;
    out["delivered"] = router.counts().delivered;
    out["unwanted"] = router.counts().unwanted;
    out["brokers"] = Json::array();
    for (std::size_t i = 0; i < router.broker_count(); ++i) {
      const routing::BrokerTable& table = router.broker(static_cast<routing::BrokerId>(i));
      out["brokers"].push_back({{"name", table.setup().name},
                                {"status", bus::word(table.state())},
                                {"message", table.available() ? table.state_message() : table.setup().unavailable},
                                {"instruments", table.index() == nullptr ? 0 : table.index()->size()}});
    }
    copied.set_value();
  });
  copied.get_future().wait();
  for (Json& broker : out["brokers"])
    if (const auto* instance = feed_.find(broker["name"])) broker.update(broker_json(instance->counts()));
  if (zeromq_) out["zeromq_dropped"] = zeromq_->dropped();
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Gateway::relogin(const std::string& name) {
  plugin_host::AdapterInstance* instance = feed_.find(name);
  const config::Broker* broker = find_broker(name);
  if (instance == nullptr || broker == nullptr) return refusal("no broker '" + name + "' is running");
  auto settings = adapter_settings(*broker, *find_plugin(plugins_, broker->plugin));
  secrets_seen_[name] = state_of_secrets(*broker);
  if (!settings) return refusal(settings.error().message);
  feed_.post([instance, taken = std::move(*settings)]() mutable { instance->relogin(std::move(taken)); });
  return R"({"ok":true})";
}

std::string Gateway::retry(const std::string& name) {
  plugin_host::AdapterInstance* instance = feed_.find(name);
  if (instance == nullptr) return refusal("no broker '" + name + "' is running");
  feed_.post([instance] { instance->retry(); });
  return R"({"ok":true})";
}

void Gateway::look() {
  constexpr int kLooksPerFileLook = 2;
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
    shard_->post([this, keys = *ring] { shard_->set_keys(keys); });
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
    shard_->post([this, plugin, index] { shard_->router().set_index(plugin, index); });
  }
}

}  // namespace gw::app
