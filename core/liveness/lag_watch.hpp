// How far the exchange times of one exchange's ticks are behind this machine's clock, on one connection. Snapshots do
// not count: they are as old as the last trade of their instrument. Nor does a late tick whose time stands still: its
// time is that of the last trade, and not the feed's. Knows no clock. Thread: feed.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace gw::liveness {

// A packet that is no snapshot.
struct Tick {
  std::uint32_t instrument = 0;
  std::int64_t now_ns = 0;            // monotonic
  std::int64_t exchange_time_ns = 0;  // 0: none
  bool time_goes_on = false;          // the time is later than its instrument's last one
  std::int64_t wall_ns = 0;
};

class LagWatch {
 public:
  explicit LagWatch(std::int64_t limit_ns) : limit_ns_(limit_ns) {}  // 0: no limit

  // Whether a tick proves that the feed is in time. A tick that is stamped ahead proves as little as a late one, and
  // says nothing of the lag.
  bool on_tick(const Tick& tick);
  // Other instruments trade from now on.
  void forget();
  // The wall clock jumped: nothing is late by it, until a tick is in time again.
  void distrust_clock() { forget(), is_trusted_ = false; }
  // A new login: what was late may be so no more.
  void on_ready();

  // Called once in a period, while the market is open. Returns the lag if all ticks of the last four periods were late.
  // `alone`: one instrument is all that could tick.
  std::optional<std::int64_t> check(bool alone);
  std::int64_t lag_ns() const { return lag_ns_; }
  bool was_in_time() const { return once_within_; }  // since other instruments began to trade
  // The feed was found late, and no tick has been in time since. What has no time of its own proves nothing then: it
  // comes the same way.
  bool is_proven() const { return is_proven_; }
  bool is_late() const { return limit_ns_ != 0 && lag_ns_ > limit_ns_; }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  static constexpr std::uint32_t kNoInstrument = std::numeric_limits<std::uint32_t>::max();

  const std::int64_t limit_ns_;
  std::int64_t least_ns_ = kNone;  // the least lag of a tick since the last check
  std::int64_t lag_ns_ = 0;
  bool once_within_ = false;
  bool is_trusted_ = true;  // the wall clock can be trusted
  int late_periods_ = 0;
  bool is_proven_ = false;
  int periods_without_ = 0;                        // in a row, without a tick that has a time
  std::uint32_t late_instrument_ = kNoInstrument;  // the first that was late
  bool are_several_late_ = false;
};

}  // namespace gw::liveness
