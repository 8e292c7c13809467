// The thread "log": takes lines from the queue and writes them. It alone waits for the disk and for who reads standard
// error.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "core/base/log_queue.hpp"
#include "core/base/log_writer.hpp"

namespace gw::log {

class LogThread {
 public:
  explicit LogThread(std::unique_ptr<LogWriter> writer);

  LogQueue& queue() { return queue_; }
  void reopen();  // [any]
  // Returns as soon as everything was written, or after `limit_ns`: then the thread still waits for who takes the log
  // and is left alone. Lines that are pushed from here on are lost. The object must not be destroyed. [main]
  void end(std::int64_t limit_ns);
  void drain(std::int64_t limit_ns) noexcept;  // [any, a signal handler too]

 private:
  void run();

  LogQueue queue_;
  std::unique_ptr<LogWriter> writer_;  // [log]
  std::atomic<bool> reopen_asked_{false};
  std::atomic<bool> has_ended_{false};
  std::thread thread_;
};

}  // namespace gw::log
