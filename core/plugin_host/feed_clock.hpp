// Whether the ticks of one connection are as its past says that they should be: silent while its own rate says that
// ticks are due, or later than the limit. Knows no clock. (That no frame comes at all, WsClient notices.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace gw::plugin_host {

class FeedClock {
 public:
  // All times are monotonic but for exchange_time_ns and wall_ns.
  FeedClock(std::int64_t stall_limit_ns, std::int64_t lag_limit_ns);

  // How often check() is to be called.
  std::int64_t period_ns() const { return period_ns_; }

  void on_ready(std::int64_t now_ns);
  // Room for the instrument; before its first tick.
  void on_wanted(std::uint32_t instrument);
  void on_unwanted(std::uint32_t instrument);
  // True: the feed is back. No exchange time: 0. No allocation.
  bool on_frame();
  bool on_tick(std::uint32_t instrument, std::int64_t now_ns, std::int64_t exchange_time_ns, std::int64_t wall_ns);
  // No frame came for the stall limit.
  void on_silence() { state_ = State::no_frame; }
  // The wall clock jumped.
  void forget_lag();

  enum class Fault { none, no_tick, late };
  struct Verdict {
    Fault fault = Fault::none;
    std::int64_t for_ns = 0;  // silent for so long, or late by so much
  };
  // `open` tells which of the markets that are wanted trade now, in any encoding; 0: none.
  Verdict check(std::int64_t now_ns, std::uint64_t open);

  bool is_stale() const { return state_ != State::live; }
  void set_live() { state_ = State::live; }
  std::int64_t lag_ns() const { return lag_ns_; }

 private:
  enum class State { live, no_frame, no_tick, late };
  static constexpr std::int64_t kNoLag = std::numeric_limits<std::int64_t>::max();

  void unlearn();
  Verdict judge_lag();
  Verdict judge_silence(std::int64_t now_ns);

  const std::int64_t stall_limit_ns_;
  const std::int64_t lag_limit_ns_;
  const std::int64_t period_ns_;
  const std::int64_t slot_ns_;  // ticks within one teach once
  State state_ = State::live;

  // The rate, learned from gaps between ticks in which something trades.
  std::uint64_t open_ = 0;
  std::vector<std::uint32_t> ticks_;  // by instrument
  // By instrument: how many of the next ticks are snapshots, which a broker sends after every subscribe. They teach no
  // rate and have no lag.
  std::vector<std::uint8_t> snapshots_;
  std::uint64_t total_ = 0;
  std::uint32_t busy_slots_ = 0;
  std::int64_t gap_ns_ = 0;  // the longest lately
  std::int64_t slot_end_ns_ = 0;
  std::int64_t last_tick_ns_ = 0;  // of this login; 0: none
  std::int64_t ready_ns_ = 0;
  bool was_recycled_ = false;  // for silence, and not known to be well since
  std::uint32_t slots_since_ready_ = 0;

  std::int64_t slot_lag_ns_ = kNoLag;  // of the freshest tick since the last check
  std::int64_t lag_ns_ = 0;
  bool once_within_ = false;
  int late_slots_ = 0;
};

}  // namespace gw::plugin_host
