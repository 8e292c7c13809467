// Notices a peer that, for a whole limit, takes not one byte of what waits for it. Knows no clock. [feed]
#pragma once

#include <cstdint>

#include "core/websocket/intake.hpp"

namespace gw::transport {

class IntakeLimit {
 public:
  explicit IntakeLimit(std::int64_t limit_ns) : limit_ns_(limit_ns) {}

  void begin(std::int64_t now_ns) { since_ns_ = now_ns; }
  // True: bytes have waited for the whole limit, and the peer took none of them. Must be asked several times in a
  // limit.
  bool is_passed(std::int64_t now_ns, const websocket::Intake& intake) {
    if (!intake.is_pending || intake.taken != taken_) since_ns_ = now_ns;
    taken_ = intake.taken;
    return now_ns - since_ns_ >= limit_ns_;
  }
  std::int64_t limit_ns() const { return limit_ns_; }

 private:
  std::int64_t limit_ns_;
  std::int64_t since_ns_ = 0;  // when nothing waited, or the peer had taken something, for the last time
  std::uint64_t taken_ = 0;
};

}  // namespace gw::transport
