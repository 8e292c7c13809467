// API keys: made, listed and revoked.
#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/account_change.hpp"
#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/watch/number_text.hpp"
#include "core/base/clock.hpp"
#include "core/config/units.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kSecondNs = 1'000'000'000;

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

std::string day_of(std::int64_t ns) { return iso_time(ns).substr(0, 10); }

std::string state_of(const accounts::KeyRow& key, std::int64_t now) {
  if (key.revoked_ns != 0) return "revoked";
  if (key.expires_ns == 0) return "good";
  return key.expires_ns < now ? "expired" : "to " + day_of(key.expires_ns);
}

std::string ago(std::int64_t ns, std::int64_t now) {
  return ns == 0 ? "never" : age_text(static_cast<double>(now - ns) / 1e9) + " ago";
}

std::string name_of(const accounts::KeyRow& key) {
  return "key " + std::to_string(key.id) + " of " + key.user + (key.label.empty() ? "" : " (" + key.label + ")");
}

}  // namespace

int keys_create(const Options& options, const KeyRequest& request) {
  accounts::KeyRequest wanted{request.user, request.scope, std::nullopt, request.label};
  if (!request.expires.empty()) {
    wanted.lifetime_ns = lifetime(request.expires);
    if (!wanted.lifetime_ns)
      return fail("--expires: found " + request.expires + ", expected a time like 30d or 12h", kWrong);
  }
  return change_accounts(
      options,
      [&](accounts::AccountStore& store, const RunningGateway&) -> Change {
        const auto created = store.create_key(wanted, wall_ns());
        if (!created) return {fail(created.error().message)};
        if (options.json)
          std::printf("%s\n", Json{{"id", created->id}, {"key", created->key}}.dump().c_str());
        else
          std::printf("%s\n", created->key.c_str());
        return {};
      },
      database::IfAbsent::make);
}

int keys_list(const Options& options) {
  return with_store(options, [&](accounts::AccountStore& store, const RunningGateway& gateway) {
    // Where a gateway runs, it writes the last uses that it knows. Without it they are those of its end.
    static_cast<void>(gateway.ask({{"command", "save_key_uses"}}, 2));
    const auto rows = store.list_keys();
    if (!rows) return fail(rows.error().message);
    if (options.json) {
      Json out = Json::array();
      for (const accounts::KeyRow& r : *rows)
        out.push_back({{"id", r.id},
                       {"user", r.user},
                       {"scope", r.scope},
                       {"label", r.label},
                       {"created", time_json(r.created_ns)},
                       {"last_used", time_json(r.used_ns)},
                       {"expires", time_json(r.expires_ns)},
                       {"revoked", time_json(r.revoked_ns)}});
      return std::printf("%s\n", out.dump().c_str()), kDone;
    }
    const std::int64_t now = wall_ns();
    std::printf("  ID USER           SCOPE LABEL          CREATED    LAST USED   STATE\n");
    for (const accounts::KeyRow& r : *rows)
      std::printf("%4lld %s%s%s%s %s%s\n", static_cast<long long>(r.id), cell(r.user, 14).c_str(),
                  cell(r.scope, 5).c_str(), cell(r.label, 14).c_str(), day_of(r.created_ns).c_str(),
                  cell(ago(r.used_ns, now), 11).c_str(), state_of(r, now).c_str());
    return kDone;
  });
}

int keys_revoke(const Options& options, const std::string& number) {
  const auto parsed = config::parse_integer(number);
  if (!parsed || *parsed <= 0)
    return fail("keys revoke: found " + number + ", expected the number of a key, as keys list shows it", kWrong);
  const std::int64_t id = *parsed;
  return change_accounts(options, [&](accounts::AccountStore& store, const RunningGateway&) -> Change {
    const auto key = store.find_key(id);
    if (!key) return {fail(key.error().message)};
    const std::string name = name_of(*key);
    if (key->revoked_ns != 0) return {kDone, name + " was revoked on " + iso_time(key->revoked_ns), "", true};
    const auto done = store.revoke_key(id, wall_ns());
    if (!done) return {fail(done.error().message)};
    return {kDone, name + " is revoked", "; the running gateway closes the clients that use it"};
  });
}

}  // namespace gw::app
