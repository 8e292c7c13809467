#include "apps/gateway/end_watch.hpp"

#include <chrono>
#include <csignal>
#include <string>

#include <poll.h>
#include <unistd.h>

#include "core/base/thread_name.hpp"

namespace gw::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLimit{4500};  // the process has to be gone within 5 s
constexpr std::chrono::milliseconds kLookWhileStarting{100};

bool end_waits() {
  sigset_t waiting;
  sigemptyset(&waiting);
  sigpending(&waiting);
  return sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1;
}

}  // namespace

EndWatch::EndWatch()
    : thread_([this] {
        name_this_thread("end");
        watch();
      }) {}

EndWatch::~EndWatch() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void EndWatch::begin() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  starting_ = false;
  changed_.notify_one();
}

void EndWatch::watch() {
  std::unique_lock lock(mutex_);
  const auto is_ending = [this] { return ending_ || is_over_; };
  while (starting_ && !is_ending() && !end_waits()) changed_.wait_for(lock, kLookWhileStarting);
  const auto asked = Clock::now();
  if (!starting_) changed_.wait(lock, is_ending);
  const auto limit = (starting_ ? asked : Clock::now()) + kLimit;
  if (!changed_.wait_until(lock, limit, [this] { return is_over_; })) give_up();
}

// The log may be what hangs, and so may standard error: this writes only what can be written at once.
void EndWatch::give_up() const {
  std::string line = "broker-gateway: not ended in time, exiting: " + std::string(step_.load()) + " hangs";
  line += '\n';
  pollfd out{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&out, 1, 0) == 1) static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  ::_exit(1);
}

}  // namespace gw::app
