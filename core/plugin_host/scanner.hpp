// Looks through the plugin folder: loads each file that passes the checks, and says why the others are refused.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/plugin_host/library.hpp"
#include "core/plugin_host/library_copy.hpp"

namespace gw::plugin_host {

// One broker of a file, or a file that is refused.
struct ScanEntry {
  std::string path;
  std::string file;                        // its name
  std::shared_ptr<const Library> library;  // null: refused
  std::string refusal;                     // "acme.so: refused: …", one line
  std::string sha256;                      // hex, of the bytes that were checked and loaded; empty: they were not read
};

// Finds out what brokers a file has, which has passed every check that needs none of its code. Empty: load_copy.
using Load = std::function<Result<std::vector<std::shared_ptr<const Library>>>(std::shared_ptr<LibraryCopy> copy)>;

// ---- the steps of one file, for whoever does something between them
struct ReadPlugin {
  ScanEntry entry;                    // with a refusal where there is no copy
  std::shared_ptr<LibraryCopy> copy;  // null: refused
};
// Reads the file and compares its SHA-256 with `allow` (hex; empty: all are allowed). None of its code runs. [any]
ReadPlugin read_plugin(const std::string& path, const std::vector<std::string>& allow);
// The file as one that is refused for this reason.
ScanEntry refused(ScanEntry entry, const std::string& why);
// An entry for each of the file's brokers, or one that is refused. [main or control]
std::vector<ScanEntry> load_plugin(const ReadPlugin& read, const Load& load = {});

// All steps of one file. [main or control]
std::vector<ScanEntry> scan_file(const std::string& path, const std::vector<std::string>& allow, const Load& load = {});

// Every *.so of the folder, by name. `allow`: SHA-256 (hex) of the files that may be loaded; empty: all. An error: the
// folder itself cannot be used. [main]
Result<std::vector<ScanEntry>> scan(const std::string& folder, const std::vector<std::string>& allow,
                                    const Load& load = {});
// Refuses each broker whose name another file has too. [main or control]
void refuse_twice_named(std::vector<ScanEntry>& entries);

}  // namespace gw::plugin_host
