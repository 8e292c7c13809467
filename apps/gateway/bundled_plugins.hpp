// The plugins that the gateway was built with: those whose SHA-256 stands in the file that the build writes beside
// them, wherever a copy of them lies.
#pragma once

#include <set>
#include <string>

namespace gw::app {

// Digests, hex, from bundled.sha256 in the plugin folder that belongs to this executable; empty: there is no such file.
// [main, then control]
std::set<std::string> bundled_digests();

}  // namespace gw::app
