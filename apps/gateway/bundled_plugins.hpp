// The plugins that were built together with the gateway. The build writes their SHA-256 into a file beside them, and
// each package one of its own, so that a copy of a plugin is known in any folder.
#pragma once

#include <set>
#include <string>

namespace gw::app {

// Digests, hex, from bundled.sha256 and bundled.NAME.sha256 in the plugin folder that belongs to this executable;
// empty: there is no such file. [main, then control]
std::set<std::string> bundled_digests();

}  // namespace gw::app
