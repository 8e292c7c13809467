// The hidden command that the gateway runs itself with, for a broker whose plugin has a process of its own.
#pragma once

#include <string>
#include <vector>

namespace gw::app {

// `arguments` are the descriptors that the process inherits. The exit status. [main]
int feed_process_command(const std::vector<std::string>& arguments);

}  // namespace gw::app
