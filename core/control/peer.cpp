#include "core/control/peer.hpp"

#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gw::control {
namespace {

constexpr std::size_t kMaxLine = 1 << 20;
constexpr std::chrono::seconds kPatience{5};

}  // namespace

Peer::Peer(int fd) : fd_(fd), deadline_(Clock::now() + kPatience) {}

Peer::Peer(Peer&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      deadline_(other.deadline_) {}

Peer& Peer::operator=(Peer&& other) noexcept {
  std::swap(fd_, other.fd_);
  input_ = std::move(other.input_);
  output_ = std::move(other.output_);
  deadline_ = other.deadline_;
  return *this;
}

Peer::~Peer() {
  if (fd_ >= 0) ::close(fd_);
}

// Nothing is read from a peer that has not taken the last answer.
short Peer::events() const { return output_.empty() ? POLLIN : POLLOUT; }

bool Peer::has_request() const { return output_.empty() && input_.find('\n') != std::string::npos; }

bool Peer::serve(const Handler& handler) {
  if (!output_.empty()) {
    if (!write()) return false;
  } else if (!has_request() && !read()) {
    return false;
  }
  // One line a call: the other peers and the periodic work have their turn in between.
  if (!has_request()) return input_.size() <= kMaxLine;
  const std::size_t end = input_.find('\n');
  output_ = handler(std::string_view(input_).substr(0, end)) + '\n';
  input_.erase(0, end + 1);
  deadline_ = Clock::now() + kPatience;
  return write();
}

bool Peer::read() {
  char buffer[4096];
  const ssize_t n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  input_.append(buffer, static_cast<std::size_t>(n));
  return n > 0;
}

bool Peer::write() {
  while (!output_.empty()) {
    const ssize_t n = ::send(fd_, output_.data(), output_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    output_.erase(0, static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace gw::control
