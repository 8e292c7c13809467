#include "core/liveness/lag_watch.hpp"

#include <algorithm>
#include <utility>

namespace gw::liveness {
namespace {

// Four periods are a quarter of the stall limit, and four seconds at the most: one burst that waited in a queue is no
// fault.
constexpr int kLatePeriods = 4;
// Without a tick that has a time for so long, nobody knows whether the feed is late.
constexpr int kPeriodsWithout = 16 * kLatePeriods;
// A feed that was never in time here and is later than the longest trading session is not of today: recorded frames are
// played at any hour.
constexpr std::int64_t kAnotherDay = 16 * std::int64_t{3'600'000'000'000};

}  // namespace

bool LagWatch::on_tick(const Tick& tick) {
  const std::int64_t lag = tick.wall_ns - tick.exchange_time_ns;
  const bool is_ahead = limit_ns_ != 0 && lag < -limit_ns_;
  const bool is_in_time = !is_ahead && (limit_ns_ == 0 || lag <= limit_ns_);
  if (is_in_time || (!is_ahead && tick.time_goes_on)) least_ns_ = std::min(least_ns_, lag);
  if (!is_in_time && !is_ahead && tick.time_goes_on) {
    are_several_late_ = are_several_late_ || (late_instrument_ != kNoInstrument && late_instrument_ != tick.instrument);
    late_instrument_ = tick.instrument;
  }
  is_trusted_ = is_trusted_ || is_in_time;
  is_proven_ = is_proven_ && !is_in_time && is_trusted_;
  periods_without_ = 0;
  return is_in_time || !is_trusted_;
}

void LagWatch::on_ready() {
  late_periods_ = 0;
  least_ns_ = kNone;
  late_instrument_ = kNoInstrument;
  are_several_late_ = false;
}

void LagWatch::forget() {
  once_within_ = false;
  is_proven_ = false;
  lag_ns_ = 0;
  on_ready();
}

std::optional<std::int64_t> LagWatch::check(bool alone) {
  if (least_ns_ == kNone) {
    is_proven_ = is_proven_ && ++periods_without_ < kPeriodsWithout;
    return std::nullopt;
  }
  lag_ns_ = std::exchange(least_ns_, kNone);
  if (limit_ns_ == 0) return std::nullopt;
  if (lag_ns_ <= limit_ns_) {
    once_within_ = true;
    late_periods_ = 0;
    late_instrument_ = kNoInstrument;
    are_several_late_ = false;
    return std::nullopt;
  }
  // A feed that was in time here is late whichever instrument shows it. A feed that never was in time must show it on
  // two instruments: one may have times of its own.
  const bool may_be_late = once_within_ || (is_trusted_ && lag_ns_ < kAnotherDay && (alone || are_several_late_));
  if (!may_be_late || ++late_periods_ < kLatePeriods) return std::nullopt;
  late_periods_ = 0;
  is_proven_ = true;
  return lag_ns_;
}

}  // namespace gw::liveness
