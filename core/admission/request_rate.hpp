// How fast one client asks, by itself and together with the other clients of its key, and whether that is too fast.
// [shard]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/admission/rate_limit.hpp"
#include "core/admission/shared_rates.hpp"

namespace gw::admission {

class RequestRate {
 public:
  // A client that has taken no more tokens than this lately need not wait because others of its key ask for too much.
  static constexpr std::size_t kModest = 64;

  RequestRate() = default;  // of a client without a key
  explicit RequestRate(std::shared_ptr<SharedRate> of_key) : of_key_(std::move(of_key)) {}

  // Takes `count` tokens: one for a request, more for a request that takes as long as several. False: the client asks
  // too fast, and nothing more should be read from it for the moment.
  bool take(const RateLimit& limit, std::int64_t now_ns, std::size_t count = 1) {
    is_within(limit, now_ns);
    full_ns_ = full_after(full_ns_, limit, now_ns, count);
    if (of_key_ != nullptr) of_key_->take(limit, now_ns, count);
    return is_within(limit, now_ns);
  }
  // Whether the client may ask again.
  bool is_within(const RateLimit& limit, std::int64_t now_ns) {
    const double left = tokens_left(full_ns_, limit, now_ns);
    const bool within = left >= 0 && !waits_for_others(limit, now_ns);
    if (!within && exceeded_since_ns_ == 0) exceeded_since_ns_ = now_ns;
    // The excess is over once the bucket holds a second's worth of tokens again.
    if (within && left >= static_cast<double>(std::min(limit.burst, limit.per_second))) exceeded_since_ns_ = 0;
    return within;
  }
  // Whether `count` more tokens must wait because the clients of the key together ask for too much, and this client is
  // not modest (kModest) itself.
  bool waits_for_others(const RateLimit& limit, std::int64_t now_ns, std::size_t count = 0) {
    if (of_key_ == nullptr || of_key_->is_within(limit, now_ns)) return false;
    const double taken = static_cast<double>(limit.burst) - tokens_left(full_ns_, limit, now_ns);
    if (taken + static_cast<double>(count) <= static_cast<double>(kModest)) return false;
    if (exceeded_since_ns_ == 0) exceeded_since_ns_ = now_ns;
    return true;
  }
  // Whether the rate has been exceeded for `ns` without a pause; if so, the time counts anew from now.
  bool is_exceeded_for(std::int64_t ns, std::int64_t now_ns) {
    if (exceeded_since_ns_ == 0 || now_ns - exceeded_since_ns_ < ns) return false;
    exceeded_since_ns_ = now_ns;
    return true;
  }

 private:
  std::int64_t full_ns_ = 0;
  std::int64_t exceeded_since_ns_ = 0;  // 0: it is not exceeded
  std::shared_ptr<SharedRate> of_key_;
};

}  // namespace gw::admission
