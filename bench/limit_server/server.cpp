#include "server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "handshake.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kListener = ~std::uint64_t{0};
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBurstNs = 1'000'000;   // as the mock broker's
constexpr std::size_t kMostUpdates = 8192;     // of one burst: more gain nothing
constexpr std::size_t kMostOutput = 64 << 10;  // of one client in one burst: more of it falls out of the caches
constexpr std::int64_t kLongestDebtNs = kSecond / 2;

std::int64_t clock_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

std::int64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

}  // namespace

Server::Server(const ServerOptions& options, Frames& frames)
    : options_(options), frames_(frames), poll_(::epoll_create1(EPOLL_CLOEXEC)), subscribers_(frames.symbols()) {
  const std::size_t round = frames.bytes() * options.per_client / frames.symbols();
  if (round > 0) most_updates_ = std::clamp<std::size_t>(kMostOutput * frames.symbols() / round, 1, kMostUpdates);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 4096) != 0)
    throw std::runtime_error("port " + std::to_string(options.port) + ": " + std::strerror(errno));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListener;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, listener_, &event);
}

Server::~Server() {
  for (const auto& connection : connections_)
    if (connection->descriptor >= 0) ::close(connection->descriptor);
  ::close(listener_);
  ::close(poll_);
}

std::uint16_t Server::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void Server::accept_all() {
  for (;;) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_.push_back(std::make_unique<Connection>());
    connections_.back()->descriptor = descriptor;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = connections_.size() - 1;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, descriptor, &event);
  }
}

void Server::read(std::size_t number) {
  std::array<char, 4096> bytes;
  Connection& c = *connections_[number];
  for (;;) {
    const ssize_t got = ::recv(c.descriptor, bytes.data(), bytes.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return drop(number);
    if (c.open) continue;  // whatever clients say here
    c.request.append(bytes.data(), static_cast<std::size_t>(got));
    if (c.request.find("\r\n\r\n") == std::string::npos) continue;
    const std::string answer = upgrade_answer(c.request);
    c.request = {};
    if (answer.empty() || ::send(c.descriptor, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return drop(number);
    subscribe(number);
  }
}

void Server::subscribe(std::size_t number) {
  connections_[number]->open = true;
  if (++open_ == options_.clients) due_ns_ = planned_ns_ = monotonic_ns();
  for (std::size_t i = 0; i < options_.per_client; ++i)
    subscribers_[(number + i * frames_.symbols() / options_.per_client) % frames_.symbols()].push_back(number);
}

void Server::drop(std::size_t number) {
  Connection& c = *connections_[number];
  ::close(c.descriptor);
  c.descriptor = -1;
  c.output.clear();
  if (!c.open) return;
  c.open = false;
  --open_;
  for (auto& numbers : subscribers_) std::erase(numbers, number);
}

// A client that has not taken its last burst yet goes without this one.
void Server::append(std::size_t number, std::string_view frame) {
  Connection& c = *connections_[number];
  if (!c.touched) {
    if (!c.output.empty()) return;
    c.touched = true;
    touched_.push_back(number);
  }
  c.output += frame;
}

void Server::write(std::size_t number) {
  Connection& c = *connections_[number];
  const ssize_t taken = ::send(c.descriptor, c.output.data() + c.sent, c.output.size() - c.sent, MSG_NOSIGNAL);
  if (taken < 0) {
    if (errno != EAGAIN && errno != EINTR) drop(number);
    return;
  }
  c.sent += static_cast<std::size_t>(taken);
  if (c.sent < c.output.size()) return;
  c.output.clear();
  c.sent = 0;
}

// Everything planned up to now. What is late says nevertheless for when it was planned.
void Server::burst(std::int64_t now) {
  const double each = 1e9 / options_.updates_per_second;
  const std::int64_t wall = options_.stamped ? clock_ns(CLOCK_REALTIME) - now : 0;
  for (std::size_t left = most_updates_; left > 0 && planned_ns_ <= now;) {
    const auto due = static_cast<std::size_t>(static_cast<double>(planned_ns_ - due_ns_) / each) + 1;
    const std::size_t taken = std::min(due, left);
    if (options_.stamped) frames_.set_time(wall + planned_ns_);
    for (std::size_t i = 0; i < taken; ++i) {
      const std::string_view frame = options_.stamped ? frames_.stamped(next_symbol_) : frames_.of(next_symbol_);
      for (const std::size_t number : subscribers_[next_symbol_]) append(number, frame);
      next_symbol_ = (next_symbol_ + 1) % frames_.symbols();
    }
    left -= taken;
    due_ns_ += static_cast<std::int64_t>(static_cast<double>(taken) * each);
    if (taken == due) planned_ns_ = std::max(due_ns_, planned_ns_ + kBurstNs);
  }
  for (const std::size_t number : touched_) {
    connections_[number]->touched = false;
    write(number);
  }
  touched_.clear();
}

std::int64_t Server::wait_ns(std::int64_t now) const {
  if (is_idle()) return kSecond / 10;
  return std::max<std::int64_t>(0, planned_ns_ - now);
}

void Server::run(const volatile bool& ending) {
  std::array<epoll_event, 256> events;
  while (!ending) {
    const std::int64_t wait = wait_ns(monotonic_ns());
    const timespec timeout{wait / kSecond, wait % kSecond};
    const int count = ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == kListener) {
        accept_all();
        continue;
      }
      const auto number = static_cast<std::size_t>(event.data.u64);
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(number);
      if (!connections_[number]->output.empty()) write(number);
    }
    const std::int64_t now = monotonic_ns();
    if (is_idle() || wait_ns(now) > 0) continue;
    due_ns_ = std::max(due_ns_, now - kLongestDebtNs);
    planned_ns_ = std::max(planned_ns_, due_ns_);
    burst(now);
  }
}

}  // namespace bench
