// The mock broker's random numbers: splitmix64, because <random>'s distributions differ between platforms.
#pragma once

#include <cstdint>

namespace mock {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // 0 to bound - 1; `bound` fits 31 bits. Multiplied down rather than divided: this runs a dozen times per update.
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(((next() >> 32) * static_cast<std::uint64_t>(bound)) >> 32);
  }
  // -spread to +spread
  std::int64_t around_zero(std::int64_t spread) { return below(2 * spread + 1) - spread; }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace mock
