#include "core/calendar/time_zone.hpp"

#include <algorithm>
#include <stdexcept>

#include <date/tz.h>

namespace gw::calendar {
namespace {

// The times that the library is asked for: no wall clock of ours is outside.
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kFirst = -2'208'988'800;  // 1900
constexpr std::int64_t kLast = 7'258'118'400;    // 2200

date::sys_info info_of(const void* zone, std::int64_t wall_ns) {
  const std::chrono::seconds second(std::clamp(wall_ns / kSecondNs, kFirst, kLast));
  return static_cast<const date::time_zone*>(zone)->get_info(date::sys_seconds(second));
}

}  // namespace

std::optional<TimeZone> TimeZone::find(const std::string& name) {
  try {
    return TimeZone(date::locate_zone(name));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

int TimeZone::offset_at(std::int64_t wall_ns) const {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(info_of(zone_, wall_ns).offset).count());
}

// The database calls Dublin's summer its standard time, so that `save` does not tell: it is winter when the clocks show
// the smallest offset of the year. Summer and winter each last longer than three months wherever clocks are set at all.
bool TimeZone::has_winter_time(std::int64_t wall_ns) const {
  constexpr std::int64_t kQuarter = 91 * std::int64_t{86'400'000'000'000};
  const std::int64_t at = std::clamp(wall_ns, kFirst * kSecondNs + 2 * kQuarter, kLast * kSecondNs - 2 * kQuarter);
  const int now = offset_at(at);
  for (const std::int64_t quarters : {-2, -1, 1, 2})
    if (offset_at(at + quarters * kQuarter) < now) return false;
  return true;
}

}  // namespace gw::calendar
