#include "core/liveness/lag_watch.hpp"

#include <algorithm>
#include <utility>

namespace gw::liveness {
namespace {

constexpr int kLatePeriods = 4;  // a quarter of the stall limit: one burst that waited in a queue is no fault

}  // namespace

bool LagWatch::on_tick(std::int64_t exchange_time_ns, std::int64_t wall_ns) {
  const std::int64_t lag = wall_ns - exchange_time_ns;
  const bool is_ahead = limit_ns_ != 0 && lag < -limit_ns_;
  if (!is_ahead) least_ns_ = std::min(least_ns_, lag);
  const bool is_in_time = !is_ahead && (limit_ns_ == 0 || lag <= limit_ns_);
  is_trusted_ = is_trusted_ || is_in_time;
  return is_in_time || !is_trusted_;
}

void LagWatch::forget() {
  once_within_ = false;
  late_periods_ = 0;
  least_ns_ = kNone;
}

std::optional<std::int64_t> LagWatch::check() {
  if (least_ns_ == kNone) return std::nullopt;
  lag_ns_ = std::exchange(least_ns_, kNone);
  if (limit_ns_ == 0) return std::nullopt;
  if (lag_ns_ <= limit_ns_) {
    once_within_ = true;
    late_periods_ = 0;
    return std::nullopt;
  }
  if (!once_within_ || ++late_periods_ < kLatePeriods) return std::nullopt;
  late_periods_ = 0;
  return lag_ns_;
}

}  // namespace gw::liveness
