// Wakes a sleeping thread: the writer rings after it put something into a ring, the reader waits on the descriptor.
#pragma once

#include <atomic>

namespace gw::bus {

class Doorbell {
 public:
  Doorbell();  // throws std::system_error when descriptors are exhausted [start-up]
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  // Costs a system call only for the first ring since the reader answered. [any]
  void ring() noexcept;
  // Called before the reader drains: the next ring wakes it again. [reader]
  void answer() noexcept;
  // Readable once rung; for the reader's event loop.
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
  std::atomic<bool> rung_{false};
};

}  // namespace gw::bus
