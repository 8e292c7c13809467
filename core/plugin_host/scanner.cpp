#include "core/plugin_host/scanner.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <openssl/sha.h>

#include "core/base/text.hpp"
#include "core/plugin_host/library_file.hpp"

namespace gw::plugin_host {
namespace {

std::string sha256_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return hex(digest);
}

void refuse(ScanEntry& entry, const std::string& why) {
  entry.library.reset();
  entry.refusal = entry.file + ": refused: " + why;
  std::replace(entry.refusal.begin(), entry.refusal.end(), '\n', ' ');
}

}  // namespace

ScanEntry scan_file(const std::string& path, const std::vector<std::string>& allow) {
  ScanEntry entry{path, std::filesystem::path(path).filename().string(), nullptr, {}};
  if (const auto problem = check_file(path)) {
    refuse(entry, *problem);
    return entry;
  }
  if (!allow.empty()) {
    const std::string digest = sha256_of(path);
    if (std::find(allow.begin(), allow.end(), digest) == allow.end()) {
      refuse(entry, "sha256: found " + digest + ", expected one of plugins.allow");
      return entry;
    }
  }
  // Two files never declare the same broker: a file's name is its broker's, else it is refused.
  auto loaded = load_library(path);
  if (loaded)
    entry.library = std::move(*loaded);
  else
    refuse(entry, loaded.error().message);
  return entry;
}

Result<std::vector<ScanEntry>> scan(const std::string& folder, const std::vector<std::string>& allow) {
  if (const auto problem = check_folder(folder)) return Error{"plugins.directory " + folder + ": " + *problem};
  std::vector<std::string> paths;
  std::error_code ec;
  for (const auto& item : std::filesystem::directory_iterator(folder, ec)) {
    const std::string name = item.path().filename().string();
    if (!name.starts_with('.') && name.ends_with(".so")) paths.push_back(item.path().string());
  }
  if (ec) return Error{"plugins.directory " + folder + ": " + ec.message()};
  std::sort(paths.begin(), paths.end());
  std::vector<ScanEntry> entries;
  for (const std::string& path : paths) entries.push_back(scan_file(path, allow));
  return entries;
}

}  // namespace gw::plugin_host
