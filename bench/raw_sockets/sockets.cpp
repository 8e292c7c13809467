#include "raw_sockets/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "raw_sockets/handshake.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kListener = ~std::uint64_t{0};
constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

Sockets::Sockets(std::uint16_t port, Handler& handler) : handler_(handler), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 4096) != 0)
    throw std::runtime_error("port " + std::to_string(port) + ": " + std::strerror(errno));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListener;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, listener_, &event);
}

Sockets::~Sockets() {
  for (const Client& client : clients_)
    if (client.descriptor >= 0) ::close(client.descriptor);
  ::close(listener_);
  ::close(poll_);
}

std::uint16_t Sockets::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void Sockets::accept_all() {
  for (;;) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    clients_.push_back({descriptor, false, {}});
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = clients_.size() - 1;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, descriptor, &event);
  }
}

void Sockets::read(std::size_t number) {
  std::array<char, 4096> bytes;
  Client& client = clients_[number];
  for (;;) {
    const ssize_t got = ::recv(client.descriptor, bytes.data(), bytes.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return drop(number);
    if (client.open) continue;
    client.request.append(bytes.data(), static_cast<std::size_t>(got));
    if (client.request.find("\r\n\r\n") == std::string::npos) continue;
    const std::string answer = upgrade_answer(std::exchange(client.request, {}));
    if (answer.empty() || ::send(client.descriptor, answer.data(), answer.size(), MSG_NOSIGNAL) < 0)
      return drop(number);
    client.open = true;
    ++open_;
    handler_.on_open(number, client.descriptor);
  }
}

void Sockets::drop(std::size_t number) {
  Client& client = clients_[number];
  if (client.descriptor < 0) return;
  ::close(std::exchange(client.descriptor, -1));
  if (!std::exchange(client.open, false)) return;
  --open_;
  handler_.on_end(number);
}

void Sockets::poll(std::int64_t timeout_ns) {
  std::array<epoll_event, 256> events;
  const timespec timeout{timeout_ns / kSecond, timeout_ns % kSecond};
  const int count = ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kListener) {
      accept_all();
      continue;
    }
    const auto number = static_cast<std::size_t>(event.data.u64);
    if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(number);
    if (clients_[number].open) handler_.on_writable(number);
  }
}

}  // namespace bench
