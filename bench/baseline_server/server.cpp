#include "baseline_server/server.hpp"

#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

namespace bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBurstNs = 1'000'000;  // as the mock broker's
constexpr std::size_t kMaxUpdates = 8192;     // of one burst: more gain nothing
constexpr std::size_t kMaxOutput = 64 << 10;  // bytes of one client in one burst: more would not stay in the caches
constexpr std::int64_t kMaxDebtNs = kSecond / 2;

std::int64_t clock_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

std::int64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

}  // namespace

Server::Server(const ServerOptions& options, Frames& frames)
    : options_(options), frames_(frames), subscribers_(frames.symbols()), sockets_(options.port, *this) {
  const std::size_t round = frames.bytes() * options.per_client / frames.symbols();
  if (round > 0) max_updates_ = std::clamp<std::size_t>(kMaxOutput * frames.symbols() / round, 1, kMaxUpdates);
}

void Server::on_open(std::size_t number, int descriptor) {
  if (clients_.size() <= number) clients_.resize(number + 1);
  clients_[number].descriptor = descriptor;
  if (sockets_.open_count() == options_.clients) planned_ns_ = planned_burst_ns_ = monotonic_ns();
  for (std::size_t i = 0; i < options_.per_client; ++i)
    subscribers_[(number + i * frames_.symbols() / options_.per_client) % frames_.symbols()].push_back(number);
}

void Server::on_end(std::size_t number) {
  clients_[number] = {};
  for (auto& numbers : subscribers_) std::erase(numbers, number);
}

void Server::on_writable(std::size_t number) {
  if (!clients_[number].output.empty()) write(number);
}

// A client that has not taken its last burst yet goes without this one.
void Server::append(std::size_t number, std::string_view frame) {
  Client& client = clients_[number];
  if (!client.touched) {
    if (!client.output.empty()) return;
    client.touched = true;
    touched_.push_back(number);
  }
  client.output += frame;
}

void Server::write(std::size_t number) {
  Client& client = clients_[number];
  const ssize_t taken =
      ::send(client.descriptor, client.output.data() + client.sent, client.output.size() - client.sent, MSG_NOSIGNAL);
  if (taken < 0) {
    if (errno != EAGAIN && errno != EINTR) sockets_.drop(number);
    return;
  }
  client.sent += static_cast<std::size_t>(taken);
  if (client.sent < client.output.size()) return;
  client.output.clear();
  client.sent = 0;
}

// Sends all updates that are planned up to `now`. A late update still carries the time for which it was planned.
void Server::burst(std::int64_t now) {
  const double each = 1e9 / options_.updates_per_second;
  const std::int64_t wall = options_.stamped ? clock_ns(CLOCK_REALTIME) - now : 0;
  for (std::size_t left = max_updates_; left > 0 && planned_burst_ns_ <= now;) {
    const auto planned = static_cast<std::size_t>(static_cast<double>(planned_burst_ns_ - planned_ns_) / each) + 1;
    const std::size_t taken = std::min(planned, left);
    if (options_.stamped) frames_.set_time(wall + planned_burst_ns_);
    for (std::size_t i = 0; i < taken; ++i) {
      const std::string_view frame = options_.stamped ? frames_.stamped(next_symbol_) : frames_.of(next_symbol_);
      for (const std::size_t number : subscribers_[next_symbol_]) append(number, frame);
      next_symbol_ = (next_symbol_ + 1) % frames_.symbols();
    }
    left -= taken;
    planned_ns_ += static_cast<std::int64_t>(static_cast<double>(taken) * each);
    if (taken == planned) planned_burst_ns_ = std::max(planned_ns_, planned_burst_ns_ + kBurstNs);
  }
  for (const std::size_t number : touched_) {
    clients_[number].touched = false;
    write(number);
  }
  touched_.clear();
}

std::int64_t Server::wait_ns(std::int64_t now) const {
  if (is_idle()) return kSecond / 10;
  return std::max<std::int64_t>(0, planned_burst_ns_ - now);
}

void Server::run(const volatile bool& ending) {
  while (!ending) {
    sockets_.poll(wait_ns(monotonic_ns()));
    const std::int64_t now = monotonic_ns();
    if (is_idle() || wait_ns(now) > 0) continue;
    planned_ns_ = std::max(planned_ns_, now - kMaxDebtNs);
    planned_burst_ns_ = std::max(planned_burst_ns_, planned_ns_);
    burst(now);
  }
}

}  // namespace bench
