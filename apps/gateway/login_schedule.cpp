#include "apps/gateway/login_schedule.hpp"

#include <algorithm>

namespace gw::app {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kFirstPauseNs = 2 * kSecondNs;
constexpr std::int64_t kLongestPauseNs = 60 * kSecondNs;
constexpr std::int64_t kLastTryNs = 10 * kSecondNs;  // before the end of the tries
constexpr std::int64_t kBetweenExpiries = 15 * 60 * kSecondNs;

}  // namespace

std::int64_t LoginSchedule::last_at(std::int64_t wall_ns) const {
  constexpr std::int64_t kOneDayNs = 24 * 60 * kMinuteNs;
  const std::int64_t local = wall_ns + offset_at_(wall_ns) * kMinuteNs;
  const std::int64_t today = local / kOneDayNs * kOneDayNs + at_ * kMinuteNs;
  const std::int64_t moment = today <= local ? today : today - kOneDayNs;
  // The local clock may have been set forward or back since then.
  return moment - offset_at_(moment - offset_at_(wall_ns) * kMinuteNs) * kMinuteNs;
}

bool LoginSchedule::is_time(std::int64_t wall_ns, std::int64_t token_ns, bool is_expired) {
  const std::int64_t begin = last_at(wall_ns);
  const bool is_old = token_ns < begin;
  if (series_end_ns_) {
    if (is_old || is_expired) return wall_ns >= next_try_ns_;
    series_end_ns_.reset();  // somebody else has logged in
    return false;
  }
  if (is_old && gave_up_ns_ < begin) {
    // Who starts after the deadline has as long as from `at` to it.
    series_end_ns_ = wall_ns < begin + window_ns_ ? begin + window_ns_ : wall_ns + window_ns_;
  } else if (!is_old && is_expired && !answered_expiry_ &&
             (begun_ns_ == INT64_MIN || wall_ns - begun_ns_ >= kBetweenExpiries)) {
    series_end_ns_ = wall_ns + window_ns_;
    answered_expiry_ = true;
  } else {
    return false;
  }
  begun_ns_ = wall_ns;
  failures_ = 0;
  return true;
}

LoginSchedule::Next LoginSchedule::ended(const login::Outcome& outcome, std::int64_t wall_ns) {
  if (outcome.is_good()) {
    series_end_ns_.reset();
    return Next::done;
  }
  const std::int64_t wait = std::min(kFirstPauseNs << std::min(failures_, 10), kLongestPauseNs);
  ++failures_;
  next_try_ns_ = wall_ns + std::max(wait, outcome.retry_after_ns);
  // The last try is made shortly before the end, unless the broker wants to be left alone for longer.
  const std::int64_t last_ns = series_end_ns_.value_or(0) - kLastTryNs;
  if (next_try_ns_ >= series_end_ns_.value_or(0) && wall_ns + outcome.retry_after_ns <= last_ns && wall_ns < last_ns)
    next_try_ns_ = last_ns;
  if (outcome.may_work_later() && next_try_ns_ < series_end_ns_.value_or(0)) return Next::again;
  series_end_ns_.reset();
  gave_up_ns_ = wall_ns;
  return Next::gave_up;
}

}  // namespace gw::app
