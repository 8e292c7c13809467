#include <chrono>
#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/import_output.hpp"
#include "apps/gateway/instrument_update.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/plugin_tasks/list_tasks.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "bgw/symbols.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/instruments/import.hpp"
#include "core/instruments/instrument_store.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

// The plugin of a broker; a plugin's own name is accepted too.
std::string plugin_of(const config::Config& config, const std::string& broker) {
  for (const config::Broker& b : config.brokers)
    if (b.name == broker) return b.plugin;
  return broker;
}

// When the file was last written; now if the system does not say.
std::int64_t time_of_file(const std::string& file) {
  std::error_code failed;
  const auto written = std::filesystem::last_write_time(file, failed);
  if (failed) return wall_ns();
  const auto wall = std::chrono::file_clock::to_sys(written).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count();
}

// The time of the list: what the operator gave with --date, else when the file was last written.
Result<instruments::ListInfo> list_of(const ImportRequest& request, int utc_offset) {
  instruments::ListInfo list;
  list.time_of = instruments::ListTime::file;
  if (!request.date) {
    list.time_ns = time_of_file(request.file);
    list.day = day_at(list.time_ns, utc_offset);
    return list;
  }
  const std::string& date = *request.date;
  const auto time = parse_iso_time(date, utc_offset);
  if (!time || *time <= 0)
    return Error{"--date: found " + (date.empty() ? "nothing" : date) +
                 ", expected a day or a time like 2026-11-27 or 2026-11-27T08:31"};
  list.time_of = bgw::is_date(date) ? instruments::ListTime::day : instruments::ListTime::given;
  list.time_ns = *time;
  list.day = day_at(list.time_ns, utc_offset);
  const std::int64_t today = day_at(wall_ns(), utc_offset);
  if (list.day > today)
    return Error{"--date " + date + " is in the future, expected today (" + iso_day(today) + ") or before"};
  return list;
}

}  // namespace

int instruments_import(const Options& options, const ImportRequest& request) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  const std::string& broker = request.broker;
  const std::string& file = request.file;
  const std::string plugin = plugin_of(loaded->config, broker);
  instruments::LastImport taken;
  taken.source = file;
  taken.imported_ns = wall_ns();
  const auto list = list_of(request, loaded->calendar.clock.offset_at(wall_ns()));
  if (!list) return fail(list.error().message, kWrong);
  taken.list = *list;
  const auto plugins = scan_plugins(loaded->config);
  if (!plugins) return fail(plugins.error().message);
  const auto library = find_plugin(*plugins, plugin);
  if (library == nullptr)
    return fail(
        "--broker: found " + broker + ", expected a broker whose plugin is loaded; see: broker-gateway plugins list",
        kWrong);
  const bgw_instruments* extension = library->instruments();
  if (extension == nullptr || extension->parse == nullptr)
    return fail("the plugin of broker " + broker + " reads no instrument file");
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  auto database = gateway->open_database(database::IfAbsent::make);
  if (!database) return fail(database.error().message);
  instruments::Import import(import_rules(*library));
  const auto read = [&] {
    ProgressBar bar("reading");
    const ListCalls calls(*library, task_options(plugin, loaded->config, *plugins));
    return calls.read_file(import, file, [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); });
  }();
  if (!read) return fail(read.error().message);
  instruments::InstrumentStore store(**database);
  const instruments::Expiries expiries(loaded->calendar, wall_ns());
  const auto report = [&](std::vector<std::string> different, bool is_withheld = false) {
    const ListReport all{import, expiries, std::move(different), is_withheld};
    if (options.json)
      std::printf("%s\n", report_json(all).dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    else
      print_report(all);
  };
  if (import.rows().empty()) {
    report({});
    return fail(file + ": no row could be used; the instruments known before are kept");
  }
  if (const auto good = check_list(import, plugin, request.force, loaded->calendar, store); !good) {
    report({}, true);
    return fail(file + ": " + good.error().message +
                "; the list was not taken, the instruments known before stay; if it is right all the same, import it "
                "with --force");
  }
  if (const auto stored = store.replace(plugin, import.rows(), taken); !stored) return fail(stored.error().message);
  const auto told = gateway->tell(**database);
  auto different = no_pairs(loaded->config, store, plugin);
  if (!different) return fail(different.error().message);
  report(std::move(*different));
  return told ? kDone : fail(told.error().message);
}

}  // namespace gw::app
