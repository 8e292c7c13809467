// How fast all connections of one API key may ask together. It also bounds a client that closes its connection and
// comes again for another burst.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "core/admission/rate_limit.hpp"

namespace gw::admission {

// The rate of one key: that of 16 connections. [any]
class SharedRate {
 public:
  static constexpr std::int64_t kConnections = 16;

  // `limit` is that of one connection, as for RequestRate.
  void take(const RateLimit& limit, std::int64_t now_ns, std::size_t count) {
    const RateLimit all = of_all(limit);
    // The whole burst of 16 connections fills in the time that the burst of one takes.
    const std::int64_t last = full_after(0, limit, now_ns, static_cast<std::size_t>(limit.burst)) + kMaxDebtNs;
    std::int64_t full = full_ns_.load(std::memory_order_relaxed);
    while (!full_ns_.compare_exchange_weak(full, std::min(last, full_after(full, all, now_ns, count)),
                                           std::memory_order_relaxed)) {
    }
  }
  bool is_within(const RateLimit& limit, std::int64_t now_ns) const {
    return tokens_left(full_ns_.load(std::memory_order_relaxed), of_all(limit), now_ns) >= 0;
  }
  bool is_full(std::int64_t now_ns) const { return full_ns_.load(std::memory_order_relaxed) <= now_ns; }

 private:
  // A client that asks little never waits, so a crowd of such clients can overdraw the bucket. The debt is bounded, and
  // with it the time for which the other clients wait.
  static constexpr std::int64_t kMaxDebtNs = 10'000'000'000;

  static RateLimit of_all(const RateLimit& one) { return {one.per_second * kConnections, one.burst * kConnections}; }

  std::atomic<std::int64_t> full_ns_ = 0;
};

// The shared rates by key. [its owner's lock]
class SharedRates {
 public:
  std::shared_ptr<SharedRate> of(std::int64_t key, std::int64_t now_ns);
  std::size_t size() const { return rates_.size(); }

 private:
  static constexpr std::size_t kMinKept = 1024;

  // A rate is kept while a client has it, and until it is full again.
  std::unordered_map<std::int64_t, std::shared_ptr<SharedRate>> rates_;
  std::size_t max_kept_ = kMinKept;  // at this size the rates that need not be kept any more are dropped
};

}  // namespace gw::admission
