#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config/settings.hpp"

namespace gw::config {
namespace {

using Text = std::optional<std::string>;

// As errno says.
Error cannot_be_read(const std::string& path) {
  return {"secret file " + path + ": " + std::strerror(errno) + ", expected a file that the gateway can read"};
}

Result<Text> read_all(int fd, const std::string& path) {
  constexpr std::size_t kLargest = 64 * 1024;
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_be_read(path);
    if (count == 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kLargest) return Error{"secret file " + path + ": found more than 64KiB, expected one secret"};
  }
  text.erase(text.find_last_not_of(" \t\r\n\v\f") + 1);
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  // A line end within a secret would become a header of its own in a request to the broker.
  for (std::size_t i = begin; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != 0x7f) continue;
    char found[8];
    std::snprintf(found, sizeof found, "0x%02X", byte);
    return Error{"secret file " + path + ": found the control character " + found + " as byte " +
                 std::to_string(i + 1) + " (line " +
                 std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n')) +
                 "), expected one secret on one line"};
  }
  text.erase(0, begin);
  return text.empty() ? Text{} : Text(std::move(text));
}

enum class Owner { must_be_us, is_systemd };

Result<Text> check_and_read(int fd, const std::string& path, Owner owner) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return cannot_be_read(path);
  if (!S_ISREG(info.st_mode)) return Error{"secret file " + path + ": found no regular file, expected one"};
  if (owner == Owner::is_systemd) return read_all(fd, path);
  if (info.st_uid != ::geteuid())
    return Error{"secret file " + path + ": found user " + std::to_string(info.st_uid) +
                 " as its owner, expected the user that runs the gateway"};
  if ((info.st_mode & 077U) != 0)
    return Error{"secret file " + path + ": others can read it, expected mode 0600 (chmod 600)"};
  return read_all(fd, path);
}

Result<Text> read_file(const std::string& path, Owner owner) {
  // The checks look at the open file, so that it cannot be exchanged before it is read. O_NONBLOCK: a pipe must not
  // block.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Text{};
    return cannot_be_read(path);
  }
  auto result = check_and_read(fd, path, owner);
  ::close(fd);
  return result;
}

}  // namespace

Result<Text> read_secret_file(const std::string& path) { return read_file(path, Owner::must_be_us); }

Result<Text> read_credential(const std::string& name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') return Text{};
  return read_file(std::string(folder) + '/' + name, Owner::is_systemd);
}

}  // namespace gw::config
