// The plugins that were built together with the gateway. The build and the package of the gateway have their SHA-256 in
// a file beside them, so that a copy of a plugin is known in any folder.
#pragma once

#include <set>
#include <string>

namespace gw::app {

// Digests, hex, from bundled.sha256 in the plugin folder that belongs to this executable; empty: there is no such file.
// [main, then control]
std::set<std::string> bundled_digests();

}  // namespace gw::app
