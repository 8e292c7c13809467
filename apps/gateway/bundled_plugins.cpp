#include "apps/gateway/bundled_plugins.hpp"

#include <filesystem>
#include <fstream>

#include "apps/gateway/environment.hpp"

namespace gw::app {

// The lines are those of sha256sum: the digest, two blanks, the file's name.
std::set<std::string> bundled_digests() {
  constexpr std::size_t kDigits = 64;
  std::set<std::string> digests;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(plugin_folder(config::Config{}), failed)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("bundled.") || !name.ends_with(".sha256")) continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      if (line.size() > kDigits && line[kDigits] == ' ') digests.insert(line.substr(0, kDigits));
  }
  return digests;
}

}  // namespace gw::app
