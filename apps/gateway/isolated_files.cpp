#include "apps/gateway/isolated_files.hpp"

#include <filesystem>
#include <fstream>

#include "core/base/log.hpp"

namespace gw::app {

IsolatedFiles::IsolatedFiles(const std::string& database)
    : path_(std::filesystem::path(database).replace_extension(".isolated").string()) {
  std::ifstream in(path_);
  for (std::string line; std::getline(in, line);) digests_.insert(line);
}

void IsolatedFiles::add(const std::string& sha256) {
  if (sha256.empty() || !digests_.insert(sha256).second) return;
  std::ofstream out(path_, std::ios::app);
  out << sha256 << '\n';
  if (!out.flush())
    log::warning("plugin", path_ + " cannot be written: after a new start, the plugin runs as configured");
}

}  // namespace gw::app
