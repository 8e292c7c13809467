// An edited configuration, taken up while the gateway runs: whatever can change live, or nothing of it.
#include <algorithm>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/gateway.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/base/log.hpp"

namespace gw::app {
namespace {

// Where in the file something stands makes no difference.
config::Broker without_lines(config::Broker broker) {
  broker.line = 0;
  for (config::Setting& setting : broker.settings) setting.line = 0;
  return broker;
}

const config::Broker* find(const config::Config& config, const std::string& name) {
  const auto found =
      std::find_if(config.brokers.begin(), config.brokers.end(), [&](const auto& b) { return b.name == name; });
  return found == config.brokers.end() ? nullptr : &*found;
}

std::string names_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Keys that differ and that only a new start can apply.
std::vector<std::string> need_a_restart(const config::Config& before, const config::Config& after) {
  std::vector<std::string> keys;
  const auto differ = [&keys](const char* key, bool different) {
    if (different) keys.emplace_back(key);
  };
  config::Server server = before.server;
  server.ping_interval = after.server.ping_interval;
  server.ping_timeout = after.server.ping_timeout;
  server.authentication_timeout = after.server.authentication_timeout;
  server.compression = after.server.compression;
  server.allowed_origins = after.server.allowed_origins;
  server.tls = after.server.tls;
  server.tls.port = before.server.tls.port;
  differ("server", server != after.server);
  differ("limits.resume_memory", before.limits.resume_memory != after.limits.resume_memory);
  differ("database", before.database != after.database);
  differ("plugins", before.plugins != after.plugins);
  differ("zeromq", before.zeromq != after.zeromq);
  differ("log.format", before.log.format != after.log.format);
  differ("log.file", before.log.file != after.log.file);
  return keys;
}

}  // namespace

void Gateway::take_up_configuration() {
  log::info("config", "asked to take up " + loaded_.file);
  const auto where = config::locate(options_.config);
  if (!where) return log::error("config", where.error().message + "; going on with the configuration from before");
  config::Loaded fresh = config::load(*where);
  if (fresh.problems.empty()) fresh.problems = setting_problems(fresh, plugins_);
  if (const auto users = accounts::AccountStore(*database_).list_users(); users && fresh.problems.empty())
    fresh.problems = simulated_problems(fresh, plugins_, *users);
  for (const config::Problem& problem : fresh.problems) log::error("config", problem.text());
  if (!fresh.problems.empty())
    return log::error("config", fresh.file + " is refused as a whole; going on with the configuration from before");
  apply(std::move(fresh));
}

void Gateway::apply(config::Loaded fresh) {
  stop_updates();  // it looks at what is replaced here
  const config::Loaded before = std::exchange(loaded_, std::move(fresh));
  for (const std::string& key : need_a_restart(before.config, config()))
    log::warning("config", key + " has changed: that takes effect at the next start only");
  log::set_level(log_options(config().log).level);
  calendar_->store(std::make_shared<const calendar::Calendar>(loaded_.calendar));
  proxy_->set_options(proxy_options(config()));
  if (config().server.tls.port != 0 && before.config.server.tls.port != 0)
    if (const auto loaded = load_certificate(); !loaded)
      log::error("config", loaded.error().message + "; going on with the certificate from before");
  on_routing([this] { proxy_->markets().set_calendar(calendar_->load()); });
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  for (const config::Broker& old : before.config.brokers) {
    if (find(config(), old.name) != nullptr) continue;
    remove_broker(old.name, "Broker '" + old.name + "' is not configured: an operator can add it to gateway.yaml");
    removed.push_back(old.name);
  }
  for (const config::Broker& broker : config().brokers) {
    const config::Broker* old = find(before.config, broker.name);
    if (old != nullptr && without_lines(*old) == without_lines(broker)) continue;
    if (old != nullptr) remove_broker(broker.name, "Broker '" + broker.name + "' is being changed");
    start_broker(broker);
    (old == nullptr ? added : changed).push_back(broker.name);
  }
  on_routing([this] {
    proxy_->router().set_order(routing::kDefaultLineup, proxy_->requests().brokers_named(config().active_broker));
  });
  start_updates();
  for (const auto& [what, names] : {std::pair{"added", &added}, {"changed", &changed}, {"removed", &removed}})
    if (!names->empty()) log::info("config", "brokers " + std::string(what) + ": " + names_of(*names));
  log::info("config", loaded_.file + " is taken up; brokers in order: " + names_of(config().active_broker));
}

// Routing lets go of the adapter before that ends.
void Gateway::remove_broker(const std::string& name, const std::string& why) {
  on_routing([&] {
    routing::Router& router = proxy_->router();
    if (const auto id = router.find_broker(name)) router.detach_broker(*id, why);
  });
  feed_.remove(name);
  for (auto* seen : {&secrets_seen_, &plugins_seen_, &plugins_tried_}) seen->erase(name);
}

void Gateway::start_broker(const config::Broker& broker) {
  routing::BrokerSetup setup = set_up_broker(broker, loaded_.file, plugins_, feed_, routing_bell_, link_services());
  plugin_host::BrokerLink* link = feed_.find(broker.name);
  secrets_seen_[broker.name] = state_of_secrets(broker);
  std::shared_ptr<const instruments::Index> index;
  if (link != nullptr) index = load_index(*find_plugin(plugins_, broker.plugin));
  on_routing([&] {
    routing::Router& router = proxy_->router();
    auto id = router.find_broker(broker.name);
    if (id)
      router.attach_broker(*id, std::move(setup));
    else
      id = router.add_broker(std::move(setup));
    if (index) router.set_index(broker.plugin, index);
    warn_of_missing_canaries(router, *id);
  });
  if (link != nullptr) feed_.post([link] { link->start(); });
}

}  // namespace gw::app
