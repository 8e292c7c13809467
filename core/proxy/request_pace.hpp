// How fast one client may ask, by itself and with the others of its key. [shard]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/proxy/pace_bucket.hpp"
#include "core/proxy/shared_paces.hpp"

namespace gw::proxy {

class RequestPace {
 public:
  // Who has asked for no more than this lately need not wait because others of its key ask for too much.
  static constexpr std::size_t kLittle = 64;

  RequestPace() = default;  // there are no others
  explicit RequestPace(std::shared_ptr<SharedPace> with_others) : with_others_(std::move(with_others)) {}

  // One more request, or what takes as long as `count`. False: too fast, nothing more should be read for the moment.
  bool take(const PaceLimits& limits, std::int64_t now_ns, std::size_t count = 1) {
    may_go_on(limits, now_ns);
    full_ns_ = full_after(full_ns_, limits, now_ns, count);
    if (with_others_ != nullptr) with_others_->take(limits, now_ns, count);
    return may_go_on(limits, now_ns);
  }
  // Whether it may go on.
  bool may_go_on(const PaceLimits& limits, std::int64_t now_ns) {
    const double left = left_of(full_ns_, limits, now_ns);
    const bool may = left >= 0 && !waits_for_others(limits, now_ns);
    if (!may && slow_since_ns_ == 0) slow_since_ns_ = now_ns;
    // A second's worth of quiet ends it.
    if (may && left >= static_cast<double>(std::min(limits.burst, limits.per_second))) slow_since_ns_ = 0;
    return may;
  }
  // Whether so many more must wait since its key's clients together ask for too much, and it does so itself.
  bool waits_for_others(const PaceLimits& limits, std::int64_t now_ns, std::size_t count = 0) {
    if (with_others_ == nullptr || with_others_->may_go_on(limits, now_ns)) return false;
    const double taken = static_cast<double>(limits.burst) - left_of(full_ns_, limits, now_ns);
    if (taken + static_cast<double>(count) <= static_cast<double>(kLittle)) return false;
    if (slow_since_ns_ == 0) slow_since_ns_ = now_ns;
    return true;
  }
  // Too fast for so long without a pause; counts anew from there.
  bool lasts(std::int64_t ns, std::int64_t now_ns) {
    if (slow_since_ns_ == 0 || now_ns - slow_since_ns_ < ns) return false;
    slow_since_ns_ = now_ns;
    return true;
  }

 private:
  std::int64_t full_ns_ = 0;
  std::int64_t slow_since_ns_ = 0;  // 0: it is not too fast
  std::shared_ptr<SharedPace> with_others_;
};

}  // namespace gw::proxy
