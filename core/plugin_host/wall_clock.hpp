// Wall time that runs with the monotonic clock, so that a jump of this machine's clock between two looks moves no
// stamp. Thread: feed.
#pragma once

#include <cstdint>

namespace gw::plugin_host {

class WallClock {
 public:
  WallClock(std::int64_t wall_ns, std::int64_t monotonic_ns) : offset_ns_(wall_ns - monotonic_ns) {}

  std::int64_t at(std::int64_t monotonic_ns) const { return offset_ns_ + monotonic_ns; }

  // Follows the machine's clock from now on. Returns how far that has jumped; 0: it has not.
  std::int64_t look(std::int64_t wall_ns, std::int64_t monotonic_ns) {
    constexpr std::int64_t kJump = 2'000'000'000;
    constexpr std::int64_t kNoise = 5'000'000;  // between the readings of the two clocks
    const std::int64_t apart = wall_ns - at(monotonic_ns);
    if (apart > kNoise || apart < -kNoise) offset_ns_ += apart;
    return apart > kJump || apart < -kJump ? apart : 0;
  }

 private:
  std::int64_t offset_ns_;
};

}  // namespace gw::plugin_host
