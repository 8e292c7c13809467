#include <cstdio>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "core/base/clock.hpp"
#include "core/instruments/import.hpp"
#include "core/instruments/instrument_store.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

// The plugin of a broker instance; a plugin's own name will do as well.
std::string plugin_of(const config::Config& config, const std::string& broker) {
  for (const config::Broker& b : config.brokers)
    if (b.name == broker) return b.plugin;
  return broker;
}

void draw_progress(std::uint64_t read, std::uint64_t total) {
  static int shown = -1;
  const int percent = total == 0 ? 100 : static_cast<int>(read * 100 / total);
  if (percent == shown) return;
  shown = percent;
  std::fprintf(stderr, "\r[%-50.*s] %3d %%%s", percent / 2, "##################################################",
               percent, percent == 100 ? "\n" : "");
}

void print_report(const Options& options, const instruments::Import& import) {
  const instruments::ImportReport& r = import.report();
  if (options.json) {
    Json skips = Json::array();
    for (const auto& skip : r.first_skips) skips.push_back({{"line", skip.line}, {"reason", skip.reason}});
    std::printf("%s\n", Json{{"read", r.read}, {"kept", import.rows().size()}, {"skipped", r.skipped}, {"skips", skips}}
                            .dump(-1, ' ', false, Json::error_handler_t::replace)
                            .c_str());
    return;
  }
  std::printf("%llu rows read, %zu kept, %llu skipped\n", static_cast<unsigned long long>(r.read), import.rows().size(),
              static_cast<unsigned long long>(r.skipped));
  for (const auto& skip : r.first_skips)
    std::printf("  line %llu: %s\n", static_cast<unsigned long long>(skip.line), skip.reason.c_str());
  if (r.skipped > r.first_skips.size())
    std::printf("  and %llu more\n", static_cast<unsigned long long>(r.skipped - r.first_skips.size()));
}

// What the gateway itself would use: imported rows, else those built in.
Result<std::shared_ptr<const instruments::Index>> index_of(instruments::InstrumentStore& store,
                                                           const plugin_host::Library* library,
                                                           const std::string& plugin) {
  const auto generation = store.generation(plugin);
  if (!generation) return generation.error();
  const bgw_instruments* extension = library == nullptr ? nullptr : library->instruments();
  if (*generation != 0 || extension == nullptr || extension->builtin == nullptr) return store.load(plugin);
  instruments::Import import;
  if (const auto read = import.read_builtin(*extension); !read) return read.error();
  return std::make_shared<const instruments::Index>(import.index());
}

}  // namespace

int instruments_import(const Options& options, const std::string& broker, const std::string& file) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  const std::string plugin = plugin_of(loaded->config, broker);
  const auto plugins = plugin_host::scan(plugin_folder(loaded->config), loaded->config.plugins.allow);
  if (!plugins) return fail(plugins.error().message);
  const auto library = find_plugin(*plugins, plugin);
  if (library == nullptr)
    return fail(
        "--broker: found " + broker + ", expected a broker whose plugin is loaded; see: broker-gateway plugins list",
        kWrong);
  const bgw_instruments* extension = library->instruments();
  if (extension == nullptr || extension->parse == nullptr)
    return fail("the plugin of broker " + broker + " reads no instrument file");
  auto database = open_database(loaded->config);
  if (!database) return fail(database.error().message);
  instruments::Import import;
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const auto read = import.read_file(*extension, file, terminal ? draw_progress : instruments::Import::Progress{});
  if (!read) return fail(read.error().message);
  if (import.rows().empty()) {
    print_report(options, import);
    return fail(file + ": no row could be used; the instruments known before are kept");
  }
  const auto stored = instruments::InstrumentStore(**database).replace(plugin, file, import.rows(), wall_ns());
  if (!stored) return fail(stored.error().message);
  tell_running_gateway(loaded->config);
  print_report(options, import);
  return kDone;
}

int instruments_search(const Options& options, const std::string& text, const std::string& broker) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  const std::string plugin = plugin_of(loaded->config, broker.empty() ? loaded->config.active_broker.front() : broker);
  const auto plugins = plugin_host::scan(plugin_folder(loaded->config), loaded->config.plugins.allow);
  auto database = open_database(loaded->config);
  if (!database) return fail(database.error().message);
  instruments::InstrumentStore store(**database);
  const auto index = index_of(store, plugins ? find_plugin(*plugins, plugin).get() : nullptr, plugin);
  if (!index) return fail(index.error().message);
  const auto found = (*index)->search(text, "", 50);
  Json out = Json::array();
  for (const instruments::InstrumentView& i : found)
    out.push_back({{"symbol", i.symbol},
                   {"exchange", i.exchange},
                   {"name", i.name},
                   {"instrument_type", i.instrument_type},
                   {"expiry", i.expiry},
                   {"strike", static_cast<double>(i.strike) / 1e9},
                   {"lot_size", i.lot_size},
                   {"tick_size", static_cast<double>(i.tick_size) / 1e9},
                   {"token", i.token}});
  if (options.json) return std::printf("%s\n", out.dump(-1, ' ', false, Json::error_handler_t::replace).c_str()), kDone;
  for (const instruments::InstrumentView& i : found)
    std::printf("%-28.*s %-10.*s %-5.*s %-10.*s %.*s\n", static_cast<int>(i.symbol.size()), i.symbol.data(),
                static_cast<int>(i.exchange.size()), i.exchange.data(), static_cast<int>(i.instrument_type.size()),
                i.instrument_type.data(), static_cast<int>(i.expiry.size()), i.expiry.data(),
                static_cast<int>(i.name.size()), i.name.data());
  if (found.empty())
    return fail("nothing found among " + std::to_string((*index)->size()) + " instruments of " + plugin);
  return kDone;
}

}  // namespace gw::app
