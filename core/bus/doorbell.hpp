// Wakes a sleeping thread: the writer rings after it put something into a ring, the reader waits on the descriptor.
#pragma once

#include <atomic>

namespace gw::bus {

class Doorbell {
 public:
  Doorbell();  // throws std::system_error when descriptors are exhausted [start-up]
  // A bell whose `rung` lies in memory that another process sees, with a descriptor of its own for it to inherit.
  explicit Doorbell(std::atomic<bool>& rung);
  // The bell behind an inherited `descriptor`, which is taken over. Several writers, each with a `rung` of its own, may
  // ring one bell: its reader then clears each of them before it looks for what that writer wrote.
  Doorbell(int descriptor, std::atomic<bool>& rung) : descriptor_(descriptor), rung_(&rung) {}
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
  std::atomic<bool> own_rung_{false};
  std::atomic<bool>* rung_ = &own_rung_;
};

}  // namespace gw::bus
