#include "apps/gateway/update_schedule.hpp"

#include <algorithm>

namespace gw::app {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::int64_t kDayNs = 24 * 60 * kMinuteNs;
constexpr std::int64_t kFirstWait = 5 * kMinuteNs;
constexpr std::int64_t kLongestWait = 60 * kMinuteNs;

}  // namespace

std::int64_t UpdateSchedule::next_daily(std::int64_t after_ns) const {
  const std::int64_t local = after_ns + clock_.offset_at(after_ns) * kMinuteNs;
  const std::int64_t moment = local / kDayNs * kDayNs + minute_ * kMinuteNs;
  const std::int64_t next = moment > local ? moment : moment + kDayNs;
  // The local clock may be set forward or back before then.
  return next - clock_.offset_at(next - clock_.offset_at(after_ns) * kMinuteNs) * kMinuteNs;
}

void UpdateSchedule::imported(std::int64_t wall_ns) {
  if (wall_ns <= good_since_) return;
  good_since_ = wall_ns;
  failures_ = 0;
  next_ns_ = next_daily(wall_ns);
}

std::int64_t UpdateSchedule::failed(std::int64_t wall_ns) {
  const std::int64_t wait = std::min(kFirstWait << std::min(failures_, 10), kLongestWait);
  ++failures_;
  next_ns_ = wall_ns + wait;
  return wait;
}

}  // namespace gw::app
