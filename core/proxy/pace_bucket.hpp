// A bucket of requests that fills at a steady rate, kept as the time at which it is full: a number, whoever keeps it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gw::proxy {

struct PaceLimits {
  std::int64_t per_second = 1'000;
  std::int64_t burst = 20'000;
};

// When one that is full at `full_ns` is so after `count` more were taken.
inline std::int64_t full_after(std::int64_t full_ns, const PaceLimits& limits, std::int64_t now_ns, std::size_t count) {
  return std::max(full_ns, now_ns) + static_cast<std::int64_t>(count) * 1'000'000'000 / limits.per_second;
}

// What is in it; below nothing when more was taken than it had.
inline double left_of(std::int64_t full_ns, const PaceLimits& limits, std::int64_t now_ns) {
  const double seconds = static_cast<double>(std::max<std::int64_t>(0, full_ns - now_ns)) * 1e-9;
  return static_cast<double>(limits.burst) - seconds * static_cast<double>(limits.per_second);
}

}  // namespace gw::proxy
