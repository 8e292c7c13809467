#include "core/liveness/asking_rounds.hpp"

#include <algorithm>

namespace gw::liveness {
namespace {

// Each round of asking costs the broker six requests, and one whose last answers were the same has the less to tell the
// sooner it comes: twice as long, the first minute of a silence has four rounds with a limit of 6.5 s, not nine.
constexpr std::int64_t kSlower = 2;
// A tick of what traded when it was asked has come by then, so that the next round tells it from one that was missed.
constexpr std::int64_t kOnItsWay = SecondAsking::kAnswerLimit;

}  // namespace

void AskingRounds::begin(std::span<const SecondAsking::Asked> asked, bool any_heard, std::int64_t now_ns,
                         std::int64_t wall_ns) {
  asking_.begin(asked, now_ns, wall_ns);
  any_heard_ = any_heard;
  // A quiet contract is asked as often as an operator can wait for a first tick; a feed that has just fallen silent
  // sooner.
  pause_ns_ = std::min(std::max(stall_ns_, kSlower * pause_ns_), std::max(stall_ns_, first_tick_ns_));
  asked_ns_ = now_ns;
  next_ns_ = now_ns + pause_ns_;
}

void AskingRounds::ask_soon(std::int64_t now_ns) { next_ns_ = now_ns + std::min(stall_ns_, kOnItsWay); }

}  // namespace gw::liveness
