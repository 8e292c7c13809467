#include "load.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace bench {
namespace {

constexpr std::size_t kInFlight = 64;  // connections that are being made
constexpr std::size_t kBuffer = 256 * 1024;
constexpr int kSlowTurnMs = 10;
constexpr std::int64_t kPatienceNs = 30'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;

std::int64_t clock_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

Load::Load(const Options& options) : options_(options), poll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(kBuffer, '\0') {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

Load::~Load() { ::close(poll_); }

void Load::watch(std::size_t number, int operation, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = number;
  ::epoll_ctl(poll_, operation, clients_[number].descriptor(), &event);
}

void Load::open() {
  server_before = server_use(options_.server);
  start_ns_ = monotonic_ns();
  const auto all = static_cast<std::size_t>(options_.clients);
  while (arrived_ < all) {
    while (clients_.size() < all && clients_.size() - arrived_ < kInFlight) {
      clients_.emplace_back(options_, clients_.size(), is_timed(clients_.size()) ? &timing : nullptr);
      if (!is_reading(clients_.size() - 1) && !is_stalled(clients_.size() - 1)) clients_.back().count_topics();
      clients_.back().connect();
      watch(clients_.size() - 1, EPOLL_CTL_ADD, EPOLLOUT);
    }
    turn(100);
    expect(arrived_, "arrived");
  }
  open_seconds = static_cast<double>(monotonic_ns() - start_ns_) / 1e9;
  server_open = server_use(options_.server);
  for (Client& client : clients_)
    if (client.stage() == Client::Stage::waiting) client.say_last();
  while (subscribed_ < all) {
    turn(100);
    expect(subscribed_, "subscribed");
  }
  slow_ns_ = monotonic_ns();
}

void Load::expect(std::size_t count, const char* what) const {
  if (monotonic_ns() - start_ns_ < kPatienceNs) return;
  throw std::runtime_error("found " + std::to_string(count) + " clients " + what + " after 30 s, expected " +
                           std::to_string(options_.clients));
}

void Load::moved(std::size_t number, Client::Stage before) {
  const Client::Stage now = clients_[number].stage();
  if (before < Client::Stage::waiting && now >= Client::Stage::waiting) ++arrived_;
  if (before >= Client::Stage::subscribed || now < Client::Stage::subscribed) return;
  ++subscribed_;
  if (!is_reading(number)) watch(number, EPOLL_CTL_DEL, 0);
}

void Load::turn(int timeout_ms) {
  std::array<epoll_event, 256> events;
  const std::int64_t began = monotonic_ns();
  const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  if (count < 0 && errno != EINTR) throw std::runtime_error("epoll failed");
  const std::int64_t now = monotonic_ns();
  if (count == 0 && timeout_ms == 0) idle_ns_ += now - began;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const auto number = static_cast<std::size_t>(event.data.u64);
    Client& client = clients_[number];
    if ((event.events & EPOLLOUT) != 0) {
      client.upgrade();
      watch(number, EPOLL_CTL_MOD, EPOLLIN);
      continue;
    }
    const Client::Stage before = client.stage();
    client.read(buffer_, buffer_.size(), now);
    moved(number, before);
    if (client.stage() == Client::Stage::over) watch(number, EPOLL_CTL_DEL, 0);
  }
}

void Load::read_slow() {
  const std::int64_t now = monotonic_ns();
  if (now - slow_ns_ < kSlowTurnMs * kMillisecond) return;
  const auto budget =
      static_cast<std::size_t>(options_.slow_bytes_per_second * static_cast<double>(now - slow_ns_) / 1e9);
  if (budget == 0) return;
  slow_ns_ = now;
  for (std::size_t i = 0; i < clients_.size() && !is_reading(i); ++i)
    if (!is_stalled(i) && clients_[i].stage() == Client::Stage::subscribed) clients_[i].read(buffer_, budget, now);
}

void Load::read_for(double seconds) {
  const std::int64_t end = monotonic_ns() + static_cast<std::int64_t>(seconds * 1e9);
  for (std::int64_t left = 1; left > 0; left = end - monotonic_ns()) {
    const int whole = static_cast<int>(left / kMillisecond) + 1;
    turn(options_.busy ? 0 : options_.slow > 0 ? std::min(whole, kSlowTurnMs) : whole);
    if (options_.slow > 0) read_slow();
  }
}

void Load::begin_counting() {
  begin_ns_ = monotonic_ns();
  for (Client& client : clients_) client.begin_counting(begin_ns_);
  timing.clear();
  server_begin = server_use(options_.server);
  own_cpu_seconds = -static_cast<double>(clock_ns(CLOCK_PROCESS_CPUTIME_ID)) / 1e9;
  idle_ns_ = 0;
}

void Load::end_counting() {
  const std::int64_t now = monotonic_ns();
  own_cpu_seconds += static_cast<double>(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - idle_ns_) / 1e9;
  server_end = server_use(options_.server);
  counted_seconds = static_cast<double>(now - begin_ns_) / 1e9;
  for (Client& client : clients_) client.end_counting(now);
}

// A client gets what the server still has for it, the close included, only while it reads.
void Load::drain_stalled() {
  constexpr std::int64_t kPatienceNs = 2'000'000'000;
  const std::int64_t give_up = monotonic_ns() + kPatienceNs;
  for (std::size_t i = 0; i < clients_.size() && !is_reading(i); ++i)
    while (clients_[i].stage() == Client::Stage::subscribed && monotonic_ns() < give_up)
      clients_[i].read(buffer_, buffer_.size(), monotonic_ns());
}

}  // namespace bench
