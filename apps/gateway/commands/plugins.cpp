#include <cstdio>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/gateway/bundled_plugins.hpp"
#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/plugin_quarantine.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "core/base/log.hpp"
#include "core/registry/capabilities.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

Json capabilities_json(const registry::Capabilities& can) {
  Json out = Json::object();
  for (const std::string& exchange : can.exchanges()) {
    Json modes = Json::array();
    for (const int mode : {1, 2, 4})
      if (can.supports_mode(exchange, static_cast<std::uint32_t>(mode))) modes.push_back(mode);
    const auto levels = can.depth_levels(exchange);
    out[exchange] = {{"modes", modes},
                     {"depth_levels", std::vector<int>(levels.begin(), levels.end())},
                     {"feed", can.feed(exchange) == BGW_FEED_TICK_BY_TICK ? "tick_by_tick" : "snapshot"}};
  }
  return out;
}

Json settings_json(const plugin_host::Library& library) {
  static constexpr const char* kTypes[] = {"text",     "integer",  "number",        "boolean",
                                           "duration", "integers", "websocket_url", "web_url"};
  Json out = Json::array();
  for (const config::SettingRule& rule : setting_rules(library)) {
    Json setting{{"name", rule.name},
                 {"type", kTypes[static_cast<std::size_t>(rule.type)]},
                 {"required", rule.required},
                 {"secret", rule.secret}};
    if (rule.default_value) setting["default"] = *rule.default_value;
    out.push_back(std::move(setting));
  }
  return out;
}

// What a plugin says of itself, as a terminal may show it.
std::string shown(const char* text) { return log::redacted(text); }

void print_loaded(const plugin_host::ScanEntry& entry, bool is_bundled) {
  const char* where =
      is_bundled ? ", bundled with this gateway" : ", runs in a process of its own unless told otherwise";
  const bgw_plugin_descriptor& d = entry.library->descriptor();
  std::printf("%s: loaded: %s %s by %s (ABI %u.%u, %s)\n", entry.file.c_str(), shown(d.broker).c_str(),
              shown(d.version).c_str(), shown(d.vendor).c_str(), d.abi_major, d.abi_minor, shown(d.build_tag).c_str());
  std::printf("    sha256 %s%s\n", entry.sha256.c_str(), where);
  const registry::Capabilities can({d.capabilities, d.capability_count});
  for (const std::string& exchange : can.exchanges()) {
    std::string levels;
    for (const std::uint16_t level : can.depth_levels(exchange))
      levels += (levels.empty() ? "depth " : "/") + std::to_string(level);
    std::printf("    %-14s %s\n", exchange.c_str(), levels.empty() ? "no depth" : levels.c_str());
  }
}

}  // namespace

int plugins_list(const Options& options) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  const auto entries = scan_plugins(loaded->config);
  if (!entries) return fail(entries.error().message);
  const std::set<std::string> bundled = bundled_digests();
  Json out = Json::array();
  for (const plugin_host::ScanEntry& entry : *entries) {
    if (!entry.refusal.empty() && entry.library != nullptr && !options.json)
      std::printf("%s\n%s: in its place the build that was kept, %s:\n", entry.refusal.c_str(), entry.file.c_str(),
                  entry.path.c_str());
    if (entry.library == nullptr) {
      out.push_back({{"file", entry.file}, {"loaded", false}, {"reason", entry.refusal}});
      if (!entry.sha256.empty()) out.back()["sha256"] = entry.sha256;
      if (!options.json) std::printf("%s\n", entry.refusal.c_str());
      continue;
    }
    const bgw_plugin_descriptor& d = entry.library->descriptor();
    out.push_back({{"file", entry.file},
                   {"loaded", true},
                   {"sha256", entry.sha256},
                   {"bundled", bundled.contains(entry.sha256)},
                   {"isolation", isolation_word(!bundled.contains(entry.sha256))},
                   {"broker", d.broker},
                   {"version", d.version},
                   {"vendor", d.vendor},
                   {"settings", settings_json(*entry.library)},
                   {"capabilities", capabilities_json(registry::Capabilities({d.capabilities, d.capability_count}))}});
    if (!entry.refusal.empty()) out.back()["instead_of"] = entry.refusal;
    if (!options.json) print_loaded(entry, bundled.contains(entry.sha256));
  }
  const PluginQuarantine quarantine(loaded->config.database);
  for (const Quarantined& one : quarantine.all())
    if (!options.json)
      std::printf("quarantine: %s: %s since %s: %s\n", one.file.c_str(), one.sha256.c_str(), one.since.c_str(),
                  one.reason.c_str());
  if (options.json) std::printf("%s\n", out.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  return kDone;
}

}  // namespace gw::app
