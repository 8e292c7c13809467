// Finds out before a gateway serves whether what gateway.yaml names is there and can be used: folders, files, plugins
// and variables of the environment. Thread: main.
#pragma once

#include <string>
#include <vector>

#include "core/config/load.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

// Files that a gateway writes, the database and the log, in folders where it cannot, or that are another file of its
// own. run refuses these.
std::vector<config::Problem> written_file_problems(const config::Loaded& loaded);

// Why no token can be stored at `path`, beside which a login writes it first; empty: nothing is known against it.
std::string why_not_stored(const std::string& path);

// Addresses of `server` that this machine or this user cannot have. A port that is in use is none of them. run refuses
// these too.
std::vector<config::Problem> listen_problems(const config::Loaded& loaded);

// A plugin folder that cannot be read. run goes on without plugins.
std::vector<config::Problem> plugin_folder_problems(const config::Loaded& loaded);

// The plugin of an enabled broker that is not in the folder, or is refused. run goes on without the broker, and waits
// for the file. Nothing where the whole folder cannot be read, which is another problem.
std::vector<config::Problem> plugin_problems(const config::Loaded& loaded,
                                             const std::vector<plugin_host::ScanEntry>& plugins);

}  // namespace gw::app
