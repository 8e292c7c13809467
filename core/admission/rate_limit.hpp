// A token bucket of requests that fills at a steady rate. Its whole state is one number: the time at which it is full.
// [any]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gw::admission {

struct RateLimit {
  std::int64_t per_second = 1'000;
  std::int64_t burst = 20'000;  // the size of the bucket
};

// The time at which a bucket is full again when `count` tokens are taken now. `full_ns`: when it would be full without
// that.
inline std::int64_t full_after(std::int64_t full_ns, const RateLimit& limit, std::int64_t now_ns, std::size_t count) {
  return std::max(full_ns, now_ns) + static_cast<std::int64_t>(count) * 1'000'000'000 / limit.per_second;
}

// The tokens in the bucket; negative when more was taken than it had.
inline double tokens_left(std::int64_t full_ns, const RateLimit& limit, std::int64_t now_ns) {
  const double seconds = static_cast<double>(std::max<std::int64_t>(0, full_ns - now_ns)) * 1e-9;
  return static_cast<double>(limit.burst) - seconds * static_cast<double>(limit.per_second);
}

}  // namespace gw::admission
