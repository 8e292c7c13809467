#include "core/base/owner.hpp"

#include <cstdio>
#include <filesystem>
#include <vector>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gw {
namespace {

std::string user_name(uid_t id) {
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  const bool is_known = ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
  return "user " + (is_known ? std::string(entry.pw_name) : std::to_string(id));
}

}  // namespace

std::string of_its_owner(const std::string& path) {
  struct stat info {};
  std::error_code ec;
  std::filesystem::path at = std::filesystem::absolute(path, ec);
  const std::filesystem::path asked = at;
  while (::stat(at.c_str(), &info) != 0) {
    if (at == at.parent_path()) return "";
    at = at.parent_path();
  }
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode & 07777U));
  return (at == asked ? ", which" : ": the folder " + at.string()) + " belongs to " + user_name(info.st_uid) +
         " (mode " + mode + "), while this process runs as " + user_name(::geteuid());
}

}  // namespace gw
