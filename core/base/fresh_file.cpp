#include "core/base/fresh_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gw {
namespace {

Result<void> check(const std::string& path) {
  const std::string kind = irregular_file_at(path);
  return kind.empty() ? Result<void>() : Error{path + ": found " + kind + ", expected a regular file or none"};
}

}  // namespace

std::string irregular_file_at(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return {};
  if (S_ISDIR(info.st_mode)) return "a folder";
  if (S_ISLNK(info.st_mode)) return "a symbolic link";
  if (S_ISFIFO(info.st_mode)) return "a named pipe";
  return S_ISSOCK(info.st_mode) ? "a socket" : "a device";
}

Result<FreshFile> FreshFile::beside(const std::string& path, unsigned mode) {
  if (const auto good = check(path); !good) return good.error();
  constexpr int kMaxNames = 1000;  // those of processes with this number that were killed
  for (int number = 1; number <= kMaxNames; ++number) {
    std::string name = path + '.' + std::to_string(::getpid()) + '-' + std::to_string(number) + ".new";
    const int made = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (made < 0 && errno == EEXIST) continue;
    if (made < 0) break;
    ::close(made);
    return FreshFile(std::move(name), path);
  }
  return Error{path + ": " + std::strerror(errno)};
}

FreshFile::FreshFile(FreshFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), place_(std::move(other.place_)) {}

FreshFile::~FreshFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> FreshFile::take_place() {
  if (const auto good = check(place_); !good) return good;
  if (std::rename(path_.c_str(), place_.c_str()) != 0) return Error{place_ + ": " + std::strerror(errno)};
  path_.clear();
  return {};
}

}  // namespace gw
