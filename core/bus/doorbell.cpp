#include "core/bus/doorbell.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace gw::bus {

namespace {

int make_eventfd() {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

}  // namespace

Doorbell::Doorbell() : descriptor_(make_eventfd()) {}

Doorbell::Doorbell(std::atomic<bool>& rung) : descriptor_(make_eventfd()), rung_(&rung) {}

Doorbell::~Doorbell() { ::close(descriptor_); }

void Doorbell::ring() noexcept {
  // Sequentially consistent on both sides: either the reader's look at the ring sees the record, or this exchange sees
  // `false`.
  if (rung_->exchange(true)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(descriptor_, &one, sizeof one);
}

void Doorbell::answer() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto n = ::read(descriptor_, &count, sizeof count);
  rung_->exchange(false);
}

}  // namespace gw::bus
