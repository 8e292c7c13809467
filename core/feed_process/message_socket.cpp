#include "core/feed_process/message_socket.hpp"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gw::feed_process {

Result<std::pair<MessageSocket, MessageSocket>> MessageSocket::make_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return Error{std::string("socket: ") + std::strerror(errno)};
  std::pair<MessageSocket, MessageSocket> made{MessageSocket(ends[0]), MessageSocket(ends[1])};
  return made;
}

MessageSocket::~MessageSocket() { close(); }

void MessageSocket::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool MessageSocket::send(std::string_view message) const {
  for (;;) {
    const ssize_t sent = ::send(descriptor_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return true;
    if (errno != EINTR) return false;
  }
}

bool MessageSocket::send_patiently(std::string_view message) const {
  for (;;) {
    const ssize_t sent = ::send(descriptor_, message.data(), message.size(), MSG_NOSIGNAL);
    if (sent >= 0) return true;
    if (errno != EINTR) return false;
  }
}

std::optional<MessageSocket::Received> MessageSocket::receive(int patience_ms) const {
  pollfd readable{descriptor_, POLLIN, 0};
  const int found = ::poll(&readable, 1, patience_ms);
  if (found == 0 || (found < 0 && errno == EINTR)) return std::nullopt;
  Received received;
  received.message.resize(kMaxMessage);
  const ssize_t size = ::recv(descriptor_, received.message.data(), received.message.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  received.is_over = size <= 0;
  received.message.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return received;
}

void MessageSocket::wait_for_end(int descriptor) {
  pollfd gone{descriptor, 0, 0};  // the hang-up is told unasked
  while (::poll(&gone, 1, -1) < 1 || (gone.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0) {
  }
}

}  // namespace gw::feed_process
