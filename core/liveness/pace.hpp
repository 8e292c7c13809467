// How often the ticks of one exchange come on one connection, learned from the pauses between them. Knows no clock.
// Thread: feed.
#pragma once

#include <cstdint>

namespace gw::liveness {

class Pace {
 public:
  explicit Pace(std::int64_t stall_limit_ns);

  void on_tick(std::int64_t now_ns);
  // An instrument of which `ticks` came is not wanted any more: the rest ticks that much less often. False: too little
  // is left to know its pace.
  bool on_unwanted(std::uint64_t ticks);
  // A new login: the pause before its first tick teaches nothing.
  void on_ready() { last_tick_ns_ = step_end_ns_ = 0; }
  void forget();

  bool is_known() const { return busy_steps_ >= kStepsToLearn; }
  // A silence of this length is worth a word: it is unusual for the feed, though it may not be for the market.
  std::int64_t unusual_ns() const;
  // Whether a silence can be worth a login: only when the feed has ticked for some time, since a few ticks of a
  // contract that trades once in a while are no pace. `steady`: some instruments tick steadily in any open
  // market.
  bool has_alarm(bool steady) const;
  // It has ticked for longer than the first minutes after an open.
  bool is_learned() const;
  // A silence of this length is worth a login.
  std::int64_t alarming_ns() const;

 private:
  // Fewer are chance, more would leave a feed unjudged that dies in its first seconds.
  static constexpr std::uint32_t kStepsToLearn = 8;

  const std::int64_t stall_limit_ns_;
  const std::int64_t step_ns_;  // ticks within one step teach once: a frame with hundreds of ticks is no pace
  std::uint64_t ticks_ = 0;
  std::uint32_t busy_steps_ = 0;
  std::int64_t gap_ns_ = 0;  // the longest recent pause
  std::int64_t step_end_ns_ = 0;
  std::int64_t last_tick_ns_ = 0;  // of this login; 0: none
  std::int64_t seen_ns_ = 0;       // for how long it has ticked
};

}  // namespace gw::liveness
