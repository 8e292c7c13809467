#include "core/liveness/pace.hpp"

#include <algorithm>

namespace gw::liveness {
namespace {

// The limit is a few heartbeats long. A 64th of it is short enough that a second of ticks fills eight steps where the
// limit is some seconds, and long enough that the frames of one burst fill one.
constexpr int kStepsOfLimit = 64;
// Pauses of a market vary: three times the longest recent one is not usual any more, and to say so costs nothing.
constexpr int kUnusual = 3;
// A login costs a connection slot and a moment of the broker's patience. A lull is a few times the usual pause; twenty
// times the longest recent pause is none.
constexpr int kAlarming = 20;
// A login for a pace that was seen for a shorter time than the limit itself would be made by chance; three times the
// limit is a minute with most brokers.
constexpr int kSeenLimits = 3;
// An index ticks every second or so as long as its market is open, and so do some of many instruments: what they do in
// one limit they do all day.
constexpr int kSeenLimitsIfSteady = 1;
// The minutes after an open are unlike the day: orders that waited for it trade at once, and then less. Five minutes
// are five of the default limits of a first tick, so that a feed that kept those has shown some of its longer pauses by
// then.
constexpr std::int64_t kFirstMinutes = 300'000'000'000;
constexpr std::int64_t kMaxGap = 3'600'000'000'000;  // a feed that ticks less than once an hour has no pace
// Each step takes a 64th off the longest pause: the pause of a lunch hour is forgotten after some minutes of trading.
constexpr std::int64_t kForget = 64;

}  // namespace

Pace::Pace(std::int64_t stall_limit_ns) : stall_limit_ns_(stall_limit_ns), step_ns_(stall_limit_ns / kStepsOfLimit) {}

void Pace::on_tick(std::int64_t now_ns) {
  ++ticks_;
  if (last_tick_ns_ != 0) seen_ns_ += now_ns - last_tick_ns_;
  if (now_ns >= step_end_ns_) {
    if (last_tick_ns_ != 0) gap_ns_ = std::min(kMaxGap, std::max(now_ns - last_tick_ns_, gap_ns_ - gap_ns_ / kForget));
    step_end_ns_ = now_ns + step_ns_;
    ++busy_steps_;
  }
  last_tick_ns_ = now_ns;
}

bool Pace::on_unwanted(std::uint64_t ticks) {
  const std::uint64_t before = ticks_;
  ticks_ -= std::min(ticks, ticks_);
  if (ticks_ < kStepsToLearn) {
    forget();
    return false;
  }
  gap_ns_ = std::min(kMaxGap, static_cast<std::int64_t>(static_cast<double>(gap_ns_) * static_cast<double>(before) /
                                                        static_cast<double>(ticks_)));
  return true;
}

void Pace::forget() {
  ticks_ = 0;
  busy_steps_ = 0;
  gap_ns_ = seen_ns_ = 0;
  on_ready();
}

std::int64_t Pace::unusual_ns() const { return std::max(stall_limit_ns_, is_known() ? kUnusual * gap_ns_ : 0); }

bool Pace::has_alarm(bool steady) const {
  return is_learned() || (is_known() && seen_ns_ >= (steady ? kSeenLimitsIfSteady : kSeenLimits) * stall_limit_ns_);
}

bool Pace::is_learned() const { return seen_ns_ >= kFirstMinutes; }

std::int64_t Pace::alarming_ns() const { return std::max(stall_limit_ns_, kAlarming * gap_ns_); }

}  // namespace gw::liveness
