// A plugin folder that lasts as long as one test, filled from the plugins that were built for these
// tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/plugin_host/scanner.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::plugin_host {

namespace fs = std::filesystem;

inline std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The file of a plugin that was built as tests/plugin_host/plugins/CMakeLists.txt says.
inline fs::path built_plugin(const std::string& name) { return fs::path(GW_TEST_PLUGINS) / (name + ".so"); }

class PluginFolder {
 public:
  const fs::path& path() const { return folder_.path(); }
  fs::path add(const std::string& name) const { return add_as(name, name + ".so"); }
  fs::path add_as(const std::string& name, const std::string& file) const {
    return write(file, bytes_of(built_plugin(name)));
  }
  fs::path write(const std::string& file, std::string_view bytes, unsigned mode = 0644) const {
    const fs::path path = folder_.path() / file;
    std::ofstream(path, std::ios::binary) << bytes;
    fs::permissions(path, static_cast<fs::perms>(mode));
    return path;
  }

  // File name to refusal; "" for what was loaded.
  std::map<std::string, std::string> scan(const std::vector<std::string>& allow = {}) {
    auto found = plugin_host::scan(path().string(), allow);
    if (!found) throw std::runtime_error(found.error().message);
    entries_ = std::move(*found);
    std::map<std::string, std::string> refusals;
    for (const ScanEntry& entry : entries_) {
      EXPECT_EQ(entry.refusal.empty(), entry.library != nullptr) << entry.file;
      EXPECT_EQ(entry.refusal.find('\n'), std::string::npos) << entry.refusal;
      refusals[entry.file] = entry.refusal;
    }
    return refusals;
  }
  std::string refusal_of(const std::string& file) { return scan().at(file); }
  const std::vector<ScanEntry>& entries() const { return entries_; }

 private:
  support::TemporaryFolder folder_;
  std::vector<ScanEntry> entries_;
};

}  // namespace gw::plugin_host
