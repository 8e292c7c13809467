#include "apps/gateway/config_reload.hpp"

#include <algorithm>
#include <utility>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/on_routing.hpp"
#include "apps/gateway/options_of.hpp"
#include "apps/gateway/server_tls.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/log.hpp"

namespace gw::app {
namespace {

// For comparing: a broker whose lines have moved in the file has not changed.
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
  server.names = after.server.names;
  server.trusted_proxies = after.server.trusted_proxies;
  server.tls = after.server.tls;
  server.tls.port = before.server.tls.port;
  differ("server", server != after.server);
  differ("limits.resume_memory", before.limits.resume_memory != after.limits.resume_memory);
  differ("database", before.database != after.database);
  differ("plugins", before.plugins != after.plugins);
  differ("zeromq", before.zeromq != after.zeromq);
  differ("log.format", before.log.format != after.log.format);
  differ("log.file", before.log.file != after.log.file);
  differ("log.rotate", before.log.rotate != after.log.rotate);
  return keys;
}

}  // namespace

void ConfigReload::take_up() {
  log::info("config", "SIGHUP: reading " + state_.loaded.file + " again");
  const auto where = config::locate(file_);
  if (!where) return log::error("config", where.error().message + "; going on with the configuration from before");
  config::Loaded fresh = config::load(*where);
  if (fresh.problems.empty()) fresh.problems = setting_problems(fresh, state_.plugins);
  const auto users = accounts::AccountStore(*state_.database).list_users();
  if (!users)
    return log::error("config", "the brokers of users cannot be checked: " + users.error().message + "; " + fresh.file +
                                    " is refused, going on with the configuration from before");
  if (fresh.problems.empty()) fresh.problems = simulated_problems(fresh, state_.plugins, *users);
  for (const config::Problem& problem : fresh.problems) log::error("config", problem.text());
  if (!fresh.problems.empty())
    return log::error("config", fresh.file + " is refused as a whole; going on with the configuration from before");
  apply(std::move(fresh));
}

void ConfigReload::apply(config::Loaded fresh) {
  updates_.stop();  // the updater reads the configuration that is replaced here
  logins_.stop();
  const config::Loaded before = std::exchange(state_.loaded, std::move(fresh));
  for (const std::string& key : need_a_restart(before.config, state_.config()))
    log::warning("config", key + " has changed: that takes effect at the next start only");
  log::set_level(log_options(state_.config().log).level);
  state_.calendar->store(std::make_shared<const calendar::Calendar>(state_.loaded.calendar));
  proxy_.set_options(proxy_options(state_.config()));
  if (state_.config().server.tls.port != 0 && before.config.server.tls.port != 0) take_up_certificate();
  on_routing(proxy_, [this] { proxy_.markets().set_calendar(state_.calendar->load()); });
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  for (const config::Broker& old : before.config.brokers) {
    if (find(state_.config(), old.name) != nullptr) continue;
    remove(old.name, "Broker '" + old.name + "' is not configured: an operator can add it to gateway.yaml");
    removed.push_back(old.name);
  }
  for (const config::Broker& broker : state_.config().brokers) {
    const config::Broker* old = find(before.config, broker.name);
    if (old != nullptr && without_lines(*old) == without_lines(broker)) continue;
    if (old != nullptr) remove(broker.name, "Broker '" + broker.name + "' is being changed");
    brokers_.start(broker);
    (old == nullptr ? added : changed).push_back(broker.name);
  }
  on_routing(proxy_, [this] {
    proxy_.router().set_order(routing::kDefaultGroup, proxy_.requests().brokers_named(state_.config().active_broker));
  });
  updates_.start();
  logins_.start();
  for (const auto& [what, names] : {std::pair{"added", &added}, {"changed", &changed}, {"removed", &removed}})
    if (!names->empty()) log::info("config", "brokers " + std::string(what) + ": " + names_of(*names));
  log::info("config", state_.loaded.file + " is applied; brokers in order: " + names_of(state_.config().active_broker));
}

void ConfigReload::take_up_certificate() {
  const auto loaded = load_certificate(state_.loaded);
  if (loaded)
    proxy_.set_tls(*loaded);
  else
    log::error("config", loaded.error().message + "; going on with the certificate from before");
}

void ConfigReload::remove(const std::string& name, const std::string& why) {
  brokers_.remove(name, why);
  plugins_.forget(name);
}

}  // namespace gw::app
