// Where a broker's plugin runs: inside the gateway, or in a process of its own. [main, then control]
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/gateway/plugin_tasks/plugin_task.hpp"
#include "core/config/config.hpp"
#include "core/feed_process/process.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

// Whether a plugin's file runs in a process where gateway.yaml says nothing else: unless it was built together with
// this gateway.
bool is_process_by_default(const std::string& sha256);
// Whether the broker's plugin, which is among `plugins`, runs in a process of its own.
bool runs_in_process(const config::Broker& broker, const std::vector<plugin_host::ScanEntry>& plugins);
// What status and commands call it: "process" or "inproc".
const char* isolation_word(bool is_process);

// What a process may do in which the plugin is called for its lists and logins; nothing: it is called inside the
// gateway, which has loaded it, and no broker has it run elsewhere.
std::optional<TaskOptions> task_options(const std::string& plugin, const config::Config& config,
                                        const std::vector<plugin_host::ScanEntry>& plugins);

// What a process of a plugin may use.
feed_process::Limits process_limits(const config::Plugins& plugins);

// The digest of the file that has this plugin; empty: there is none.
std::string digest_of(const std::string& plugin, const std::vector<plugin_host::ScanEntry>& plugins);

}  // namespace gw::app
