#include "apps/gateway/missing_plugins.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/file_state.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/log.hpp"

namespace gw::app {

void MissingPlugins::forget(const std::string& broker) {
  seen_.erase(broker);
  tried_.erase(broker);
  candidates_.erase(broker);
}

// True when the file should be loaded now. A file that changed since the last look is still being copied; a file that
// was refused is tried again only after it has changed.
bool MissingPlugins::has_settled(const std::string& broker, const std::string& path) {
  std::string state = state_of(path);
  // What is taken out of quarantine is tried again.
  if (!state.empty()) state += '|' + state_of(PluginQuarantine::path_beside(state_.config().database));
  const bool settled = !state.empty() && seen_[broker] == state;
  seen_[broker] = state;
  if (!settled || tried_[broker] == state) return false;
  tried_[broker] = state;
  return true;
}

void MissingPlugins::look_for(const config::Broker& broker) {
  // The plugin is loaded already: the broker does not run for another reason, like wrong settings.
  if (find_plugin(state_.plugins, broker.plugin) != nullptr) return;
  const std::filesystem::path folder = plugin_folder(state_.config());
  const std::string path = (folder / (broker.plugin + ".so")).string();
  const auto is_quarantined = [this](const std::string& sha256) { return quarantine_.find(sha256) != nullptr; };
  auto candidate = candidates_.find(broker.name);
  if (candidate == candidates_.end()) {
    if (!has_settled(broker.name, path)) return;
    candidate = candidates_.try_emplace(broker.name, path, state_.config(), is_quarantined).first;
  }
  // Its process may take a while; another look comes.
  const feed_process::Inspection* inspection = candidate->second.inspection();
  if (inspection == nullptr) return;
  if (inspection->is_harmful) {
    quarantine_.add(candidate->second.sha256(), broker.plugin + ".so", inspection->refusal);
    candidates_.erase(candidate);
    return;
  }
  PluginCandidate whole = std::move(candidates_.extract(candidate).mapped());
  if (const Quarantined* found = quarantine_.find(whole.sha256()))
    return log::error("plugin", broker.plugin + ".so: refused: " + PluginQuarantine::text(*found));
  const auto users = accounts::AccountStore(*state_.database).list_users();
  if (!users) {
    tried_.erase(broker.name);
    return log::error("broker", broker.name + ": its plugin is there, but the brokers of users cannot be checked: " +
                                    users.error().message + "; trying again");
  }
  std::vector<plugin_host::ScanEntry> entries = whole.load();
  // event: a plugin file that came later is refused: what was found and what was expected
  if (entries.front().library == nullptr) return log::error("plugin", entries.front().refusal);
  std::erase_if(state_.plugins, [&](const plugin_host::ScanEntry& old) { return old.file == entries.front().file; });
  for (plugin_host::ScanEntry& entry : entries) {
    log::info("plugin", entry.file + ": loaded, version " + entry.library->descriptor().version);
    if (find_plugin(state_.plugins, entry.library->descriptor().broker) == nullptr)
      state_.plugins.push_back(std::move(entry));
  }
  const auto mixed = simulated_problems(state_.loaded, state_.plugins, *users);
  // event: the plugin that came would mix simulated and real prices
  for (const config::Problem& problem : mixed) log::error("config", problem.text());
  if (!mixed.empty()) {
    const std::string why =
        "Broker '" + broker.name + "' is not used: it would mix simulated and real prices in one list of brokers";
    brokers_.detach(broker.name, why);
    return log::error("broker", "going on without broker " + broker.name + ": " + why);
  }
  brokers_.start(broker);
  updates_.add(broker);
}

}  // namespace gw::app
