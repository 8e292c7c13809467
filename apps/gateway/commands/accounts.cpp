#include <algorithm>
#include <cstdio>
#include <functional>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/clock.hpp"
#include "core/config/units.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

// Reads the database. `loaded` is null where gateway.yaml cannot be used.
int with_store(const Options& options,
               const std::function<int(accounts::AccountStore&, const config::Loaded* loaded)>& action) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  auto database = database::Database::open(gateway->database());
  if (!database) return fail(database.error().message);
  accounts::AccountStore store(**database);
  return action(store, gateway->loaded() ? &*gateway->loaded() : nullptr);
}

// Changes the database, and has the running gateway take the change up. An action that fails has said why.
int change(const Options& options, const std::function<int(accounts::AccountStore&, const RunningGateway&)>& action) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  auto database = gateway->open_database();
  if (!database) return fail(database.error().message);
  accounts::AccountStore store(**database);
  if (const int status = action(store, *gateway); status != kDone) return status;
  const auto told = gateway->tell(**database);
  return told ? kDone : fail(told.error().message);
}

// "30d", "12h": days besides the units of gateway.yaml.
std::optional<std::int64_t> lifetime(const std::string& text) {
  if (text.ends_with('d')) {
    const auto days = config::parse_integer(std::string_view(text).substr(0, text.size() - 1));
    if (!days || *days <= 0 || *days > 36'500) return std::nullopt;
    return *days * 86'400'000'000'000;
  }
  const auto duration = config::parse_duration(text);
  if (!duration || duration->count() <= 0) return std::nullopt;
  return duration->count();
}

Json time_json(std::int64_t ns) { return ns == 0 ? Json(nullptr) : Json(iso_time(ns)); }

}  // namespace

int keys_create(const Options& options, const KeyRequest& request) {
  std::optional<std::int64_t> expires;
  if (!request.expires.empty()) {
    expires = lifetime(request.expires);
    if (!expires) return fail("--expires: found " + request.expires + ", expected a time like 30d or 12h", kWrong);
  }
  return change(options, [&](accounts::AccountStore& store, const RunningGateway&) {
    const auto created = store.create_key(request.user, request.scope, expires, wall_ns());
    if (!created) return fail(created.error().message);
    if (options.json)
      std::printf("%s\n", Json{{"id", created->id}, {"key", created->key}}.dump().c_str());
    else
      std::printf("%s\n", created->key.c_str());
    return kDone;
  });
}

int keys_list(const Options& options) {
  return with_store(options, [&](accounts::AccountStore& store, const config::Loaded*) {
    const auto rows = store.list_keys();
    if (!rows) return fail(rows.error().message);
    Json out = Json::array();
    for (const accounts::KeyRow& r : *rows)
      out.push_back({{"id", r.id},
                     {"user", r.user},
                     {"scope", r.scope},
                     {"created", time_json(r.created_ns)},
                     {"expires", time_json(r.expires_ns)},
                     {"revoked", time_json(r.revoked_ns)}});
    if (options.json) return std::printf("%s\n", out.dump().c_str()), kDone;
    std::printf("%4s  %-20s %-6s %-25s %-25s %s\n", "ID", "USER", "SCOPE", "CREATED", "EXPIRES", "STATE");
    for (const accounts::KeyRow& r : *rows)
      std::printf("%4lld  %-20s %-6s %-25s %-25s %s\n", static_cast<long long>(r.id), r.user.c_str(), r.scope.c_str(),
                  iso_time(r.created_ns).c_str(), r.expires_ns == 0 ? "never" : iso_time(r.expires_ns).c_str(),
                  r.revoked_ns != 0                               ? "revoked"
                  : r.expires_ns != 0 && r.expires_ns < wall_ns() ? "expired"
                                                                  : "good");
    return kDone;
  });
}

int keys_revoke(const Options& options, std::int64_t id) {
  return change(options, [&](accounts::AccountStore& store, const RunningGateway&) {
    const auto done = store.revoke_key(id, wall_ns());
    if (!done) return fail(done.error().message);
    return kDone;
  });
}

int users_list(const Options& options) {
  return with_store(options, [&](accounts::AccountStore& store, const config::Loaded* loaded) {
    const auto rows = store.list_users();
    if (!rows) return fail(rows.error().message);
    Json out = Json::array();
    for (const accounts::UserRow& r : *rows)
      out.push_back({{"user", r.name}, {"brokers", r.brokers}, {"keys", r.keys}});
    if (options.json) return std::printf("%s\n", out.dump().c_str()), kDone;
    std::printf("%-20s %-30s %s\n", "USER", "BROKERS", "KEYS");
    for (const accounts::UserRow& r : *rows) {
      std::string brokers;
      for (const std::string& name : r.brokers) brokers += (brokers.empty() ? "" : ",") + name;
      if (brokers.empty()) brokers = loaded ? loaded->config.active_broker.front() + " (default)" : "(default)";
      std::printf("%-20s %-30s %lld\n", r.name.c_str(), brokers.c_str(), static_cast<long long>(r.keys));
    }
    return kDone;
  });
}

namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    names.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return names;
}

// Whether users may be given these brokers. Where gateway.yaml cannot be used, the running gateway is asked.
Result<void> check_brokers(const std::vector<std::string>& names, const RunningGateway& gateway) {
  if (!gateway.loaded()) {
    const auto answer = gateway.ask({{"command", "check_brokers"}, {"brokers", names}});
    return answer ? Result<void>() : Result<void>(answer.error());
  }
  const config::Config& config = gateway.loaded()->config;
  const auto plugins = plugin_host::scan(plugin_folder(config), config.plugins.allow);
  return check_brokers_of_user(config, plugins ? *plugins : std::vector<plugin_host::ScanEntry>{}, names);
}

}  // namespace

int users_set_broker(const Options& options, const std::string& user, const std::string& brokers) {
  return change(options, [&](accounts::AccountStore& store, const RunningGateway& gateway) {
    const std::vector<std::string> names = split(brokers);
    if (const auto good = check_brokers(names, gateway); !good) return fail(good.error().message, kWrong);
    const auto done = store.set_brokers(user, names);
    return done ? kDone : fail(done.error().message);
  });
}

}  // namespace gw::app
