// How many durations fell below each of some fixed bounds. Plain numbers that one thread owns: others get a copy of
// the whole, made on that thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace gw {

class DurationHistogram {
 public:
  // Upper bounds in nanoseconds, from the time of a step of routing to that of a feed that is a minute late.
  static constexpr std::array<std::int64_t, 15> kBounds = {
      10'000,      30'000,      100'000,       300'000,       1'000'000,      3'000'000,      10'000'000,    30'000'000,
      100'000'000, 300'000'000, 1'000'000'000, 3'000'000'000, 10'000'000'000, 30'000'000'000, 60'000'000'000};

  // A negative duration, which clocks of two machines can show, counts as none, and one above an hour as an hour: a
  // clock that jumped must not spoil the sum.
  void note(std::int64_t ns) noexcept {
    std::size_t bucket = 0;
    for (const std::int64_t bound : kBounds) bucket += static_cast<std::size_t>(ns > bound);
    ++counts_[bucket];
    constexpr std::int64_t kHour = 3'600'000'000'000;
    sum_ns_ += std::clamp<std::int64_t>(ns, 0, kHour);
  }

  // How many durations each bound was the least for; the last count is of those above all bounds.
  const std::array<std::uint64_t, kBounds.size() + 1>& counts() const { return counts_; }
  std::int64_t sum_ns() const { return sum_ns_; }

 private:
  std::array<std::uint64_t, kBounds.size() + 1> counts_{};
  std::int64_t sum_ns_ = 0;
};

}  // namespace gw
