// The queue between threads that log and the thread that writes. It never waits for room: a line that has none is lost
// and counted, and where the gap is, the queue says how many were lost.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

#include "core/base/log_line.hpp"

namespace gw::log {

class LogQueue {
 public:
  // A quarter of it is kept for warnings and errors.
  static constexpr std::size_t kMaxBytes = 4 << 20;

  void push(Line line);  // [any]
  // Waits until there is something or `limit_ns` is over, and moves some lines to `out`. False: the queue has ended and
  // is empty. [log]
  bool take(std::deque<Line>& out, std::int64_t limit_ns);
  void taken_were_written() noexcept;  // what take gave [log]
  void wake();                         // has take return [any]
  void end();                          // [main]
  // Whether everything that was pushed was written. No lock. [any]
  bool is_drained() const noexcept { return written_.load() == pushed_.load(); }

 private:
  bool has_room(const Line& line) const;
  void add(Line line);
  void tell_lost();  // adds the line that says how many were lost, if any were

  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t lost_ = 0;
  bool is_woken_ = false;
  bool has_ended_ = false;
  std::uint64_t taken_ = 0;  // lines that take has given and that are not written yet [log]
  std::atomic<std::uint64_t> pushed_{0};
  std::atomic<std::uint64_t> written_{0};
};

}  // namespace gw::log
