// The hidden command that the gateway runs itself with, for one call into a plugin.
#pragma once

#include <string>
#include <vector>

namespace gw::app {

// `arguments` are the descriptors that the process inherits. The exit status. [main]
int plugin_task_command(const std::vector<std::string>& arguments);

}  // namespace gw::app
