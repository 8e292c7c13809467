#include "core/base/log_thread.hpp"

#include <ctime>
#include <deque>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log_limit.hpp"
#include "core/base/thread_name.hpp"

namespace gw::log {
namespace {

constexpr std::int64_t kTickNs = 1'000'000'000;  // how often it looks for what was folded or lost
constexpr std::int64_t kLookNs = 1'000'000;

// Waits until `is_done()`, for `limit_ns` at the most. No condition variable: a signal handler may call it.
template <class Predicate>
bool wait_until(Predicate is_done, std::int64_t limit_ns) noexcept {
  const std::int64_t end_ns = monotonic_ns() + limit_ns;
  while (!is_done()) {
    if (monotonic_ns() >= end_ns) return false;
    const std::timespec pause{0, kLookNs};
    nanosleep(&pause, nullptr);
  }
  return true;
}

}  // namespace

LogThread::LogThread(std::unique_ptr<LogWriter> writer) : writer_(std::move(writer)), thread_([this] { run(); }) {}

void LogThread::run() {
  name_this_thread("log");
  std::deque<Line> lines;
  while (queue_.take(lines, kTickNs)) {
    try {
      for (const Line& line : lines) writer_->add(line);
      writer_->flush();
      Limited::report_all(monotonic_ns(), false);
      if (reopen_asked_.exchange(false)) writer_->reopen();
    } catch (...) {
      // Without memory some lines are lost.
    }
    lines.clear();
    queue_.taken_were_written();
  }
  has_ended_ = true;
}

void LogThread::reopen() {
  reopen_asked_ = true;
  queue_.wake();
}

void LogThread::end(std::int64_t limit_ns) {
  if (!thread_.joinable()) return;
  Limited::report_all(monotonic_ns(), true);
  queue_.end();
  if (wait_until([this] { return has_ended_.load(); }, limit_ns))
    thread_.join();
  else
    thread_.detach();
}

void LogThread::drain(std::int64_t limit_ns) noexcept {
  wait_until([this] { return queue_.is_drained(); }, limit_ns);
}

}  // namespace gw::log
