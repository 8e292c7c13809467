// How fast all connections of one key may ask together: who closes a connection and comes again, for another burst,
// gets so much and no more.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "core/proxy/pace_bucket.hpp"

namespace gw::proxy {

// Of as many as 16 connections. [any]
class SharedPace {
 public:
  static constexpr std::int64_t kConnections = 16;

  // `limits` of one connection, as for RequestPace.
  void take(const PaceLimits& limits, std::int64_t now_ns, std::size_t count) {
    const PaceLimits all = of_all(limits);
    // All of the burst takes as long as that of one.
    const std::int64_t last = full_after(0, limits, now_ns, static_cast<std::size_t>(limits.burst)) + kMostDebtNs;
    std::int64_t full = full_ns_.load(std::memory_order_relaxed);
    while (!full_ns_.compare_exchange_weak(full, std::min(last, full_after(full, all, now_ns, count)),
                                           std::memory_order_relaxed)) {
    }
  }
  bool may_go_on(const PaceLimits& limits, std::int64_t now_ns) const {
    return left_of(full_ns_.load(std::memory_order_relaxed), of_all(limits), now_ns) >= 0;
  }
  bool is_full(std::int64_t now_ns) const { return full_ns_.load(std::memory_order_relaxed) <= now_ns; }

 private:
  // Those that ask for little never wait, so that many of them may take more than there is: no debt to the others is
  // larger.
  static constexpr std::int64_t kMostDebtNs = 10'000'000'000;

  static PaceLimits of_all(const PaceLimits& one) { return {one.per_second * kConnections, one.burst * kConnections}; }

  std::atomic<std::int64_t> full_ns_ = 0;
};

// By key. [its owner's lock]
class SharedPaces {
 public:
  std::shared_ptr<SharedPace> of(std::int64_t key, std::int64_t now_ns);
  std::size_t size() const { return paces_.size(); }

 private:
  static constexpr std::size_t kFewest = 1024;

  // Kept while somebody has it, and until it is full again.
  std::unordered_map<std::int64_t, std::shared_ptr<SharedPace>> paces_;
  std::size_t most_ = kFewest;  // before those are looked for that need not be kept any more
};

}  // namespace gw::proxy
