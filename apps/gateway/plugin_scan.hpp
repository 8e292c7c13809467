// The files of the plugin folder, for the gateway and its commands. A bundled plugin is loaded. Any other file is
// loaded by a process, which says what it declares. A quarantined file is refused. A copy that was kept takes the place
// of a refused file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config/config.hpp"
#include "core/feed_process/inspection.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

// What becomes of the copy when it is loaded in another process. Waits for that, at most plugins.call_limit. [any]
feed_process::Inspection inspect_plugin(const std::shared_ptr<plugin_host::LibraryCopy>& copy,
                                        const config::Config& config);

// Every file of the plugin folder. The gateway `quarantines` what does harm when it is loaded; a command changes
// nothing. [main]
Result<std::vector<plugin_host::ScanEntry>> scan_plugins(const config::Config& config, bool quarantines = false);

// The hidden command that the gateway runs itself with, to load a file. The exit status. [main]
int inspect_plugin_command(const std::vector<std::string>& arguments);

}  // namespace gw::app
