#include "core/liveness/asking_rounds.hpp"

#include <algorithm>

namespace gw::liveness {
namespace {

// How much longer each pause is than the one before. Each round of asking costs the broker six requests, and the sooner
// a round follows one that found the same values, the less it has to tell: with twice as long, the first minute of a
// silence has four rounds with a limit of 6.5 s, not nine.
constexpr std::int64_t kSlower = 2;
// By then the tick of a trade from just before the asking has come, so that the next round tells it from a missed one.
constexpr std::int64_t kOnItsWay = SecondAsking::kAnswerLimit;

}  // namespace

void AskingRounds::begin(std::span<const SecondAsking::Asked> asked, bool any_heard, std::int64_t now_ns,
                         std::int64_t wall_ns) {
  asking_.begin(asked, now_ns, wall_ns);
  any_heard_ = any_heard;
  // Pauses grow up to the limit of a first tick, for which an operator can wait; a feed that has just fallen silent is
  // asked sooner.
  pause_ns_ = std::min(std::max(stall_ns_, kSlower * pause_ns_), std::max(stall_ns_, first_tick_ns_));
  asked_ns_ = now_ns;
  next_ns_ = now_ns + pause_ns_;
}

void AskingRounds::ask_soon(std::int64_t now_ns) { next_ns_ = now_ns + std::min(stall_ns_, kOnItsWay); }

}  // namespace gw::liveness
