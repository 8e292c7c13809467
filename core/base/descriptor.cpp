#include "core/base/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.hpp"

namespace gw {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

// Whether `fd` takes PIPE_BUF bytes without waiting, before `end_ns`.
bool has_room_before(int fd, std::int64_t end_ns) {
  for (;;) {
    const std::int64_t left_ns = std::max<std::int64_t>(0, end_ns - monotonic_ns());
    pollfd room{fd, POLLOUT, 0};
    const int found = ::poll(&room, 1, static_cast<int>((left_ns + kNsPerMs - 1) / kNsPerMs));
    if (found >= 0 || errno != EINTR) return found > 0;
  }
}

}  // namespace

Descriptor Descriptor::standard_error() { return {STDERR_FILENO, false}; }

Descriptor Descriptor::append_to(const std::string& path) {
  return {::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640), true};
}

Descriptor Descriptor::create(const std::string& path) {
  return {::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), true};
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), is_owned_(std::exchange(other.is_owned_, false)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(is_owned_, other.is_owned_);
  return *this;
}

Descriptor::~Descriptor() {
  if (is_owned_ && is_open()) ::close(fd_);
}

bool Descriptor::is_regular() const {
  struct stat found {};
  return ::fstat(fd_, &found) == 0 && S_ISREG(found.st_mode);
}

std::uint64_t Descriptor::size() const {
  struct stat found {};
  return ::fstat(fd_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

Descriptor::Written Descriptor::write(std::string_view text) const {
  Written written;
  while (written.bytes < text.size()) {
    const ssize_t n = ::write(fd_, text.data() + written.bytes, text.size() - written.bytes);
    if (n >= 0) {
      written.bytes += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {  // somebody else made it non-blocking
      pollfd room{fd_, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      written.error = errno;
      return written;
    }
  }
  return written;
}

Descriptor::Written Descriptor::write_within(std::string_view text, std::int64_t limit_ns) const {
  const std::int64_t end_ns = monotonic_ns() + limit_ns;
  Written written;
  while (written.bytes < text.size()) {
    if (!has_room_before(fd_, end_ns)) {
      written.error = EAGAIN;
      return written;
    }
    const std::string_view piece = text.substr(written.bytes, PIPE_BUF);
    const ssize_t n = ::write(fd_, piece.data(), piece.size());
    if (n >= 0) {
      written.bytes += static_cast<std::size_t>(n);
    } else if (errno != EINTR && errno != EAGAIN) {
      written.error = errno;
      return written;
    }
  }
  return written;
}

bool Descriptor::is_journal() const {
  const char* stream = std::getenv("JOURNAL_STREAM");  // DEVICE:INODE
  struct stat found {};
  return stream != nullptr && ::fstat(fd_, &found) == 0 &&
         std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino) == stream;
}

}  // namespace gw
