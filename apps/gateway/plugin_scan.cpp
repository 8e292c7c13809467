#include "apps/gateway/plugin_scan.hpp"

#include <cstdlib>
#include <filesystem>

#include "apps/gateway/bundled_plugins.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/kept_plugins.hpp"
#include "apps/gateway/plugin_quarantine.hpp"
#include "apps/gateway/signals.hpp"

namespace gw::app {
namespace {

// The entries of the file that was kept in place of a refused one; none: none was kept, or it is refused too.
std::vector<plugin_host::ScanEntry> kept_instead(const plugin_host::ScanEntry& refused, const KeptPlugins& kept,
                                                 const config::Config& config, const plugin_host::Load& load) {
  const std::string path = kept.path_of(refused.file);
  if (path.empty()) return {};
  auto entries = plugin_host::scan_file(path, config.plugins.allow, load);
  if (entries.front().library == nullptr) return {};
  for (plugin_host::ScanEntry& entry : entries) entry.refusal = refused.refusal;
  return entries;
}

}  // namespace

feed_process::Inspection inspect_plugin(const std::shared_ptr<plugin_host::LibraryCopy>& copy,
                                        const config::Config& config) {
  return feed_process::inspect(copy, process_limits(config.plugins), config.plugins.call_limit.count());
}

Result<std::vector<plugin_host::ScanEntry>> scan_plugins(const config::Config& config, bool quarantines) {
  PluginQuarantine quarantine(config.database);
  const KeptPlugins kept(config.database);
  const plugin_host::Load load =
      [&](const std::shared_ptr<plugin_host::LibraryCopy>& copy) -> Result<feed_process::Brokers> {
    const Quarantined* found = quarantine.find(copy->sha256());
    if (found != nullptr) return Error{PluginQuarantine::text(*found)};
    if (bundled_digests().contains(copy->sha256())) return plugin_host::load_copy(*copy);
    feed_process::Inspection made = inspect_plugin(copy, config);
    if (made.is_harmful && quarantines)
      quarantine.add(copy->sha256(), std::filesystem::path(copy->file()).filename().string(), made.refusal);
    if (!made.refusal.empty()) return Error{made.refusal};
    return std::move(made.brokers);
  };
  auto scanned = plugin_host::scan(plugin_folder(config), config.plugins.allow, load);
  if (!scanned) return scanned;
  std::vector<plugin_host::ScanEntry> entries;
  for (plugin_host::ScanEntry& entry : *scanned) {
    std::vector<plugin_host::ScanEntry> instead;
    if (entry.library == nullptr) instead = kept_instead(entry, kept, config, load);
    if (instead.empty()) instead.push_back(std::move(entry));
    for (plugin_host::ScanEntry& one : instead) entries.push_back(std::move(one));
  }
  plugin_host::refuse_twice_named(entries);
  return entries;
}

int inspect_plugin_command(const std::vector<std::string>& arguments) {
  constexpr std::size_t kArguments = 5;
  if (arguments.size() != kArguments || std::atoi(arguments[0].c_str()) < 3)
    return fail("the gateway runs this command itself, to load a plugin's file where it can harm nobody", kWrong);
  block_signals();  // the gateway alone ends this process
  return feed_process::run_inspection(
      std::atoi(arguments[0].c_str()), std::atoi(arguments[1].c_str()),
      {std::strtoull(arguments[2].c_str(), nullptr, 10), std::strtoull(arguments[3].c_str(), nullptr, 10)},
      arguments[4]);
}

}  // namespace gw::app
