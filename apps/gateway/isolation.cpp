#include "apps/gateway/isolation.hpp"

#include <algorithm>

#include "apps/gateway/bundled_plugins.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/options_of.hpp"

namespace gw::app {

bool is_process_by_default(const std::string& sha256) { return !bundled_digests().contains(sha256); }

bool runs_in_process(const config::Broker& broker, const std::vector<plugin_host::ScanEntry>& plugins) {
  if (!broker.isolation.empty()) return broker.isolation == "process";
  return is_process_by_default(digest_of(broker.plugin, plugins));
}

const char* isolation_word(bool is_process) { return is_process ? "process" : "inproc"; }

feed_process::Limits process_limits(const config::Plugins& plugins) {
  return {plugins.memory_limit, static_cast<std::uint64_t>(plugins.descriptor_limit), plugins.core_dump_limit};
}

std::optional<TaskOptions> task_options(const std::string& plugin, const config::Config& config,
                                        const std::vector<plugin_host::ScanEntry>& plugins) {
  const auto library = find_plugin(plugins, plugin);
  const bool is_process = (library != nullptr && !library->is_loaded()) ||
                          std::any_of(config.brokers.begin(), config.brokers.end(), [&](const config::Broker& broker) {
                            return broker.enabled && broker.plugin == plugin && runs_in_process(broker, plugins);
                          });
  if (!is_process) return std::nullopt;
  return TaskOptions{
      process_limits(config.plugins), log_options(config.log).level, config.plugins.call_limit.count(), {}};
}

std::string digest_of(const std::string& plugin, const std::vector<plugin_host::ScanEntry>& plugins) {
  for (const plugin_host::ScanEntry& entry : plugins)
    if (entry.library != nullptr && plugin == entry.library->descriptor().broker) return entry.sha256;
  return {};
}

}  // namespace gw::app
