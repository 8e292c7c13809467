#include "core/plugin_host/library_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

namespace gw::plugin_host {
namespace {

std::string octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777U));
  return text;
}

}  // namespace

std::optional<std::string> check_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::string("file: ") + std::strerror(errno);
  if (const auto problem = check_file(info)) return problem;
  if (::access(path.c_str(), R_OK) != 0)
    return "permissions: found " + octal(info.st_mode) + ", expected a readable file";
  return std::nullopt;
}

std::optional<std::string> check_file(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return "file: found no regular file, expected a library";
  // The group may write: with the usual umask of 002 that is so for every file that was just built.
  if ((info.st_mode & S_IWOTH) != 0)
    return "permissions: found " + octal(info.st_mode) + ", expected a file that not everybody can write";
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return "owner: found user " + std::to_string(info.st_uid) + ", expected root or the user that runs the gateway";
  // Not access(2) alone: root may read everything, but a file without any read bit was not meant to be loaded.
  if ((info.st_mode & (S_IRUSR | S_IRGRP | S_IROTH)) == 0)
    return "permissions: found " + octal(info.st_mode) + ", expected a readable file";
  return std::nullopt;
}

std::optional<std::string> check_folder(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::string(std::strerror(errno));
  if (!S_ISDIR(info.st_mode)) return "found no folder, expected one";
  if ((info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0)
    return "found permissions " + octal(info.st_mode) + ", expected a folder that not everybody can write";
  return std::nullopt;
}

}  // namespace gw::plugin_host
