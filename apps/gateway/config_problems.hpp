// Everything that is known to be wrong with a configuration, without changing anything: what check-config prints. Any
// thread.
#pragma once

#include <vector>

#include "core/config/load.hpp"

namespace gw::app {

// The problems of the file itself, and of what it names: folders, files, plugins, settings, variables and certificates.
// A database that cannot be read is not among them.
std::vector<config::Problem> config_problems(const config::Loaded& loaded);

}  // namespace gw::app
