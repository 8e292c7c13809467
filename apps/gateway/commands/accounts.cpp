#include <algorithm>
#include <cstdio>
#include <functional>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/config/units.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

int with_store(const Options& options,
               const std::function<int(accounts::AccountStore&, const config::Config&)>& action) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  auto database = open_database(loaded->config);
  if (!database) return fail(database.error().message);
  accounts::AccountStore store(**database);
  return action(store, loaded->config);
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
  return with_store(options, [&](accounts::AccountStore& store, const config::Config& config) {
    const auto created = store.create_key(request.user, request.scope, expires, wall_ns());
    if (!created) return fail(created.error().message);
    tell_running_gateway(config);
    if (options.json)
      std::printf("%s\n", Json{{"id", created->id}, {"key", created->key}}.dump().c_str());
    else
      std::printf("%s\n", created->key.c_str());
    return kDone;
  });
}

int keys_list(const Options& options) {
  return with_store(options, [&](accounts::AccountStore& store, const config::Config&) {
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
  return with_store(options, [&](accounts::AccountStore& store, const config::Config& config) {
    const auto done = store.revoke_key(id, wall_ns());
    if (!done) return fail(done.error().message);
    tell_running_gateway(config);
    return kDone;
  });
}

int users_list(const Options& options) {
  return with_store(options, [&](accounts::AccountStore& store, const config::Config& config) {
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
      if (brokers.empty()) brokers = config.active_broker.front() + " (default)";
      std::printf("%-20s %-30s %lld\n", r.name.c_str(), brokers.c_str(), static_cast<long long>(r.keys));
    }
    return kDone;
  });
}

int users_set_broker(const Options& options, const std::string& user, const std::string& brokers) {
  return with_store(options, [&](accounts::AccountStore& store, const config::Config& config) {
    std::vector<std::string> names;
    std::vector<std::string> known;
    for (const config::Broker& b : config.brokers) known.push_back(b.name);
    for (std::size_t at = 0; at <= brokers.size();) {
      const std::size_t comma = std::min(brokers.find(',', at), brokers.size());
      names.push_back(brokers.substr(at, comma - at));
      at = comma + 1;
      if (std::find(known.begin(), known.end(), names.back()) != known.end()) continue;
      const std::string guess = did_you_mean(names.back(), known);
      return fail("broker: found '" + names.back() + "', expected a broker of gateway.yaml" +
                      (guess.empty() ? "" : " (did you mean '" + guess + "'?)"),
                  kWrong);
    }
    if (const auto plugins = plugin_host::scan(plugin_folder(config), config.plugins.allow))
      if (const auto mixed = simulated_beside_real(config, *plugins, names))
        return fail("brokers: found " + mixed->found + ", expected " + mixed->expected, kWrong);
    const auto done = store.set_brokers(user, names);
    if (!done) return fail(done.error().message);
    tell_running_gateway(config);
    return kDone;
  });
}

}  // namespace gw::app
