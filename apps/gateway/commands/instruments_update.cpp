#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/import_output.hpp"
#include "apps/gateway/instrument_update.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "core/base/clock.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

struct Target {
  const config::Broker* broker;
  std::shared_ptr<const plugin_host::Library> library;
  std::optional<TaskOptions> process;
};

// Every enabled broker whose plugin says where its list is; of brokers with the same plugin, the first.
std::vector<Target> targets_of(const config::Config& config, const std::vector<plugin_host::ScanEntry>& plugins) {
  std::vector<Target> targets;
  for (const config::Broker& broker : config.brokers) {
    auto library = broker.enabled ? find_plugin(plugins, broker.plugin) : nullptr;
    const auto same = [&](const Target& t) { return t.library == library; };
    if (library == nullptr || !offers_list(*library) || std::any_of(targets.begin(), targets.end(), same)) continue;
    targets.push_back({&broker, std::move(library), task_options(broker.plugin, config, plugins)});
  }
  return targets;
}

// The end of a message about a list that was not taken.
std::string what_stays(instruments::InstrumentStore& store, const std::string& plugin) {
  const auto last = store.last_import(plugin);
  return last && *last ? "; the instruments known before are kept" : "; no instruments are known yet";
}

int update_one(const Options& options, const config::Loaded& loaded, const Target& target, bool force,
               database::Database& database, Json& out) {
  const std::string plugin = target.library->descriptor().broker;
  Json result = {{"broker", target.broker->name}, {"plugin", plugin}};
  instruments::InstrumentStore store(database);
  const auto updated = [&] {
    ProgressBar downloading(plugin + ": downloading");
    ProgressBar reading(plugin + ": reading    ");
    const auto download_progress = [&](std::uint64_t done, std::uint64_t total) {
      return downloading.show(done, total), true;
    };
    return update_list({*target.broker, loaded.file, *target.library, loaded.calendar, list_file(loaded.config, plugin),
                        download_progress, [&](std::uint64_t done, std::uint64_t total) { reading.show(done, total); },
                        force, target.process},
                       store);
  }();
  if (!updated) {
    fail(plugin + ": " + updated.error().message + what_stays(store, plugin));
    result.update({{"result", "failed"}, {"error", updated.error().message}});
  } else if (!updated->unchanged_since.empty()) {
    if (!options.json) std::printf("%s: not modified since %s\n", plugin.c_str(), updated->unchanged_since.c_str());
    result.update({{"result", "not_modified"}, {"since", updated->unchanged_since}});
  } else {
    const instruments::Expiries expiries(loaded.calendar, wall_ns());
    auto different = no_pairs(loaded.config, store, plugin);
    if (!different) return fail(different.error().message);
    const ListReport report{updated->import, expiries, std::move(*different), false};
    if (!options.json) std::printf("%s: ", plugin.c_str()), print_report(report);
    result.update(report_json(report));
    result["result"] = "updated";
  }
  out.push_back(std::move(result));
  return updated ? kDone : kCouldNot;
}

}  // namespace

int instruments_update(const Options& options, const std::string& broker, bool force) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  const auto plugins = scan_plugins(loaded->config);
  if (!plugins) return fail(plugins.error().message);
  std::vector<Target> targets;
  if (broker.empty()) {
    targets = targets_of(loaded->config, *plugins);
    if (targets.empty()) return fail("no enabled broker has a plugin that knows where to download an instrument list");
  } else {
    const auto& brokers = loaded->config.brokers;
    const auto found =
        std::find_if(brokers.begin(), brokers.end(), [&](const config::Broker& b) { return b.name == broker; });
    const auto library = found == brokers.end() ? nullptr : find_plugin(*plugins, found->plugin);
    if (library == nullptr)
      return fail(
          "--broker: found " + broker +
              ", expected a broker of the configuration whose plugin is loaded; see: broker-gateway plugins list",
          kWrong);
    if (!offers_list(*library))
      return fail("the plugin of broker " + broker + " does not know where to download an instrument list");
    targets.push_back({&*found, library, task_options(found->plugin, loaded->config, *plugins)});
  }
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  auto database = gateway->open_database(database::IfAbsent::make);
  if (!database) return fail(database.error().message);
  Json out = Json::array();
  int status = kDone;
  for (const Target& target : targets)
    if (update_one(options, *loaded, target, force, **database, out) != kDone) status = kCouldNot;
  const auto told = gateway->tell(**database);
  if (options.json) std::printf("%s\n", out.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  return told ? status : fail(told.error().message);
}

}  // namespace gw::app
