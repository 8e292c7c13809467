// Ends the process in time, whatever hangs: a thread that waits until the end is asked for, and then for the end. It
// calls _exit when the end takes too long, and standard error says what hung.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace gw::app {

class EndWatch {
 public:
  EndWatch();   // [main, with SIGTERM and SIGINT blocked]
  ~EndWatch();  // the process has ended in time

  // While the gateway starts, nobody takes SIGTERM from the kernel: the watch looks whether it waits. [main]
  void started() { starting_ = false; }
  // The end was asked for: it is over within kLimit, or this thread ends the process with status 1. [main]
  void begin();
  // What the end waits for now, a literal. [main]
  void step(const char* what) { step_ = what; }

 private:
  void watch();
  [[noreturn]] void give_up() const;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  bool is_over_ = false;
  std::atomic<bool> starting_ = true;
  std::atomic<const char*> step_ = "the start of the gateway";
  std::thread thread_;
};

}  // namespace gw::app
