// How far the exchange times of one exchange's ticks stand behind this machine's clock, on one connection. Only live
// ticks count: a snapshot is as old as the last trade of its instrument. Knows no clock.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace gw::liveness {

class LagWatch {
 public:
  explicit LagWatch(std::int64_t limit_ns) : limit_ns_(limit_ns) {}  // 0: no limit

  // Whether a tick of this time proves that the feed is in time. One that is stamped ahead proves as little as a late
  // one, and says nothing of the lag.
  bool on_tick(std::int64_t exchange_time_ns, std::int64_t wall_ns);
  // Other instruments trade.
  void forget();
  // The wall clock jumped: nothing is late by it, until a tick is in time again.
  void distrust_clock() { forget(), is_trusted_ = false; }
  // A new login: what was late may be so no more.
  void on_ready() { late_periods_ = 0, least_ns_ = kNone; }

  // Called once in a period, while the market is open. By how much all ticks of the last four periods were late, on a
  // connection that has been in time before: recorded frames play at any hour.
  std::optional<std::int64_t> check();
  std::int64_t lag_ns() const { return lag_ns_; }
  bool was_in_time() const { return once_within_; }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

  const std::int64_t limit_ns_;
  std::int64_t least_ns_ = kNone;  // of the freshest tick since the last check
  std::int64_t lag_ns_ = 0;
  bool once_within_ = false;
  bool is_trusted_ = true;  // the clock
  int late_periods_ = 0;
};

}  // namespace gw::liveness
