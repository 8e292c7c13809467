// The rounds in which a silent feed's instruments are asked again: when the next one may begin, and what the present
// one found. Knows no clock. Thread: feed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/liveness/second_asking.hpp"

namespace gw::liveness {

class AskingRounds {
 public:
  AskingRounds(std::int64_t stall_ns, std::int64_t first_tick_ns)
      : stall_ns_(stall_ns), first_tick_ns_(first_tick_ns) {}

  // `any_heard`: some of `asked` had been heard in this login.
  void begin(std::span<const SecondAsking::Asked> asked, bool any_heard, std::int64_t now_ns, std::int64_t wall_ns);
  void on_answer(std::uint32_t instrument, const LastValues& values) { asking_.on_values(instrument, values); }
  bool is_under_way() const { return asking_.is_under_way(); }
  bool any_heard() const { return any_heard_; }
  // What the present round found, once that is known. `overdue`: a tick should have come meanwhile.
  std::optional<SecondAsking::Finding> check(std::int64_t now_ns, bool overdue) {
    return asking_.check(now_ns, overdue);
  }
  // The round found nothing clear: the next one is sooner.
  void ask_soon(std::int64_t now_ns);
  // Whether the next round may begin. `is_missed`: something should have ticked by now, so that it need not wait for
  // the pause to end.
  bool may_begin(std::int64_t now_ns, bool is_missed) const {
    return now_ns >= (is_missed ? asked_ns_ + stall_ns_ : next_ns_);
  }

  // Ends the round, whose answers count no more; pauses go on.
  void end_round() { asking_.forget(); }
  // The silence is over, or there is another login: the next silence has short pauses again.
  void forget() {
    asking_.forget();
    next_ns_ = pause_ns_ = 0;
  }

 private:
  const std::int64_t stall_ns_;
  const std::int64_t first_tick_ns_;
  SecondAsking asking_;
  bool any_heard_ = false;
  std::int64_t asked_ns_ = 0;
  std::int64_t next_ns_ = 0;
  std::int64_t pause_ns_ = 0;
};

}  // namespace gw::liveness
