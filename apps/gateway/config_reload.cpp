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

// `before`, with what of `after` can change while the gateway runs.
config::Server with_live_keys(const config::Server& before, const config::Server& after) {
  config::Server server = before;
  server.ping_interval = after.ping_interval;
  server.ping_timeout = after.ping_timeout;
  server.authentication_timeout = after.authentication_timeout;
  server.compression = after.compression;
  server.allowed_origins = after.allowed_origins;
  server.names = after.names;
  server.trusted_proxies = after.trusted_proxies;
  server.tls = after.tls;
  server.tls.port = before.tls.port;
  return server;
}

// For comparing: a broker whose lines have moved in the file has not changed.
config::Broker without_lines(config::Broker broker) {
  broker.line = 0;
  broker.login.line = broker.login.line == 0 ? 0 : 1;
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
  differ("server", with_live_keys(before.server, after.server) != after.server);
  differ("limits.resume_memory", before.limits.resume_memory != after.limits.resume_memory);
  differ("database", before.database != after.database);
  differ("plugins", before.plugins != after.plugins);
  differ("zeromq", before.zeromq != after.zeromq);
  differ("log.format", before.log.format != after.log.format);
  differ("log.file", before.log.file != after.log.file);
  differ("log.rotate", before.log.rotate != after.log.rotate);
  return keys;
}

// Keys whose change counts at once; brokers are told apart.
std::vector<std::string> taken_up(const config::Config& before, const config::Config& after) {
  std::vector<std::string> keys;
  const auto differ = [&](const char* key, bool changed) {
    if (changed) keys.push_back(key);
  };
  differ("server", with_live_keys(before.server, after.server) != before.server);
  config::Limits limits = after.limits;
  limits.resume_memory = before.limits.resume_memory;
  differ("limits", limits != before.limits);
  differ("log.level", before.log.level != after.log.level);
  differ("instruments", before.instruments != after.instruments);
  differ("active_broker", before.active_broker != after.active_broker);
  differ("mix_brokers", before.mix_brokers != after.mix_brokers);
  return keys;
}

}  // namespace

Result<std::vector<std::string>> ConfigReload::take_up() {
  log::info("config", "reading " + state_.loaded.file + " again");
  const auto refuse = [](std::string why) -> Error {
    // event: gateway.yaml is refused when it is read again, and why; going on with the configuration from before
    log::error("config", why);
    return {std::move(why)};
  };
  const std::string going_on = "going on with the configuration from before";
  const auto where = config::locate(file_);
  if (!where) return refuse(where.error().message + "; " + going_on);
  config::Loaded fresh = config::load(*where);
  if (fresh.problems.empty()) fresh.problems = setting_problems(fresh, state_.plugins);
  const auto users = accounts::AccountStore(*state_.database).list_users();
  if (!users)
    return refuse("the brokers of users cannot be checked: " + users.error().message + "; " + fresh.file +
                  " is refused, " + going_on);
  if (fresh.problems.empty()) fresh.problems = simulated_problems(fresh, state_.plugins, *users);
  std::string all;
  for (const config::Problem& problem : fresh.problems) {
    // event: a problem of gateway.yaml, read again: file, line and key
    log::error("config", problem.text());
    all += problem.text() + '\n';
  }
  if (!fresh.problems.empty()) return Error{all + refuse(fresh.file + " is refused as a whole; " + going_on).message};
  return apply(std::move(fresh));
}

Result<std::vector<std::string>> ConfigReload::apply(config::Loaded fresh) {
  std::vector<std::string> said;
  updates_.stop();  // the updater reads the configuration that is replaced here
  logins_.stop();
  const config::Loaded before = std::exchange(state_.loaded, std::move(fresh));
  const auto certificate = apply_settings(before, said);
  apply_brokers(before.config, said);
  updates_.start();
  logins_.start();
  // event: what changed when gateway.yaml was read again: a key, or brokers added, changed, removed
  for (const std::string& sentence : said) log::info("config", sentence);
  log::info("config", state_.loaded.file + " is applied; brokers in order: " + names_of(state_.config().active_broker));
  if (certificate) return said;
  const std::string text = certificate.error().message + "; going on with the certificate from before";
  // event: the certificate cannot be read, and why; going on with the certificate from before
  log::error("config", text);
  return Error{state_.loaded.file + " is applied, but " + text};
}

Result<void> ConfigReload::apply_settings(const config::Loaded& before, std::vector<std::string>& said) {
  for (const std::string& key : need_a_restart(before.config, state_.config())) {
    log::warning("config", key + " has changed: that takes effect at the next start only");
    said.push_back(key + " has changed: that takes effect at the next start only");
  }
  for (const std::string& key : taken_up(before.config, state_.config())) said.push_back(key + " is taken up");
  log::set_level(log_options(state_.config().log).level);
  state_.calendar->store(std::make_shared<const calendar::Calendar>(state_.loaded.calendar));
  proxy_.set_options(proxy_options(state_.config()));
  on_routing(proxy_, [this] { proxy_.markets().set_calendar(state_.calendar->load()); });
  if (state_.config().server.tls.port == 0 || before.config.server.tls.port == 0) return {};
  const auto loaded = load_certificate(state_.loaded);
  if (!loaded) return loaded.error();
  proxy_.set_tls(*loaded);
  return {};
}

void ConfigReload::apply_brokers(const config::Config& before, std::vector<std::string>& said) {
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  for (const config::Broker& old : before.brokers) {
    if (find(state_.config(), old.name) != nullptr) continue;
    remove(old.name, "Broker '" + old.name + "' is not configured: an operator can add it to gateway.yaml");
    removed.push_back(old.name);
  }
  for (const config::Broker& broker : state_.config().brokers) {
    const config::Broker* old = find(before, broker.name);
    if (old != nullptr && without_lines(*old) == without_lines(broker)) continue;
    if (old != nullptr) remove(broker.name, "Broker '" + broker.name + "' is being changed");
    brokers_.start(broker);
    (old == nullptr ? added : changed).push_back(broker.name);
  }
  on_routing(proxy_, [this] {
    proxy_.router().set_order(routing::kDefaultGroup, proxy_.requests().brokers_named(state_.config().active_broker));
  });
  for (const auto& [what, names] : {std::pair{"added", &added}, {"changed", &changed}, {"removed", &removed}})
    if (!names->empty()) said.push_back("brokers " + std::string(what) + ": " + names_of(*names));
}

void ConfigReload::remove(const std::string& name, const std::string& why) {
  brokers_.remove(name, why);
  plugins_.forget(name);
}

}  // namespace gw::app
