#include "apps/gateway/bundled_plugins.hpp"

#include <filesystem>
#include <fstream>

#include "apps/gateway/environment.hpp"

namespace gw::app {

// The lines are those of sha256sum: the digest, two blanks, the file's name.
std::set<std::string> bundled_digests() {
  constexpr std::size_t kDigits = 64;
  std::ifstream in(std::filesystem::path(plugin_folder(config::Config{})) / "bundled.sha256");
  std::set<std::string> digests;
  for (std::string line; std::getline(in, line);)
    if (line.size() > kDigits && line[kDigits] == ' ') digests.insert(line.substr(0, kDigits));
  return digests;
}

}  // namespace gw::app
