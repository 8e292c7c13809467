// Looks through the plugin folder: loads each file that passes the checks, and says why the others are refused.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::plugin_host {

// One broker of a file, or a file that is refused.
struct ScanEntry {
  std::string path;
  std::string file;                        // its name
  std::shared_ptr<const Library> library;  // null: refused
  std::string refusal;                     // "acme.so: refused: …", one line
  std::string sha256;                      // hex, of the bytes that were checked and loaded; empty: they were not read
};

// One file: an entry for each of its brokers. [main or control]
std::vector<ScanEntry> scan_file(const std::string& path, const std::vector<std::string>& allow);

// Every *.so of the folder, by name. `allow`: SHA-256 (hex) of the files that may be loaded; empty: all. An error: the
// folder itself cannot be used. [main]
Result<std::vector<ScanEntry>> scan(const std::string& folder, const std::vector<std::string>& allow);

}  // namespace gw::plugin_host
