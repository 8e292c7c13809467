// How fast one client may ask: a bucket of requests that fills at a steady rate. [shard]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gw::proxy {

struct PaceLimits {
  std::int64_t per_second = 1'000;
  std::int64_t burst = 20'000;
};

class RequestPace {
 public:
  // One more request, or what takes as long as `count`. False: too fast, nothing more should be read for the moment.
  bool take(const PaceLimits& limits, std::int64_t now_ns, std::size_t count = 1) {
    refill(limits, now_ns);
    left_ -= static_cast<double>(count);
    if (left_ < 0 && slow_since_ns_ == 0) slow_since_ns_ = now_ns;
    return left_ >= 0;
  }
  // Whether it may go on.
  bool may_go_on(const PaceLimits& limits, std::int64_t now_ns) {
    refill(limits, now_ns);
    return left_ >= 0;
  }
  // Too fast for so long without a pause; counts anew from there.
  bool lasts(std::int64_t ns, std::int64_t now_ns) {
    if (slow_since_ns_ == 0 || now_ns - slow_since_ns_ < ns) return false;
    slow_since_ns_ = now_ns;
    return true;
  }

 private:
  void refill(const PaceLimits& limits, std::int64_t now_ns) {
    if (last_ns_ == 0) left_ = static_cast<double>(limits.burst);
    left_ += static_cast<double>(now_ns - last_ns_) * 1e-9 * static_cast<double>(limits.per_second);
    left_ = std::min(left_, static_cast<double>(limits.burst));
    last_ns_ = now_ns;
    // A second's worth of quiet ends it.
    if (left_ >= static_cast<double>(std::min(limits.burst, limits.per_second))) slow_since_ns_ = 0;
  }

  double left_ = 0;
  std::int64_t last_ns_ = 0;
  std::int64_t slow_since_ns_ = 0;
};

}  // namespace gw::proxy
