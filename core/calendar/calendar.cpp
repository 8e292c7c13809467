#include "core/calendar/calendar.hpp"

#include <algorithm>
#include <optional>

namespace gw::calendar {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::chrono::days kFurthest{400};

// Minutes since 1970, of the exchange's own time. Whole minutes cannot overflow, whatever the wall clock says.
std::int64_t local_minute(const Exchange& exchange, std::int64_t wall_ns) {
  const std::int64_t minute = wall_ns / kMinuteNs - (wall_ns % kMinuteNs < 0 ? 1 : 0);
  return minute + exchange.utc_offset;
}

std::int64_t wall_of(const Exchange& exchange, std::int64_t minute) {
  const std::int64_t utc = minute - exchange.utc_offset;
  return utc > kNever / kMinuteNs ? kNever : utc * kMinuteNs;
}

Day day_of(std::int64_t minute) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::minutes>(std::chrono::minutes(minute)));
}

std::int64_t first_minute(Day day) { return std::chrono::minutes(day.time_since_epoch()).count(); }

bool is_on(const WeeklySession& session, Day day) {
  const unsigned monday_is_1 = std::chrono::weekday(day).iso_encoding();
  return (session.weekdays >> (monday_is_1 - 1) & 1U) != 0;
}

template <class Visit>
void for_hours_of(const Exchange& exchange, Day day, Visit visit) {
  const bool is_holiday = std::find(exchange.holidays.begin(), exchange.holidays.end(), day) != exchange.holidays.end();
  for (const WeeklySession& session : exchange.sessions)
    if (!is_holiday && is_on(session, day)) visit(session.hours);
  for (const SpecialSession& session : exchange.special_sessions)
    if (session.day == day) visit(session.hours);
}

MarketStatus status_at(const Exchange& exchange, std::int64_t minute) {
  const Day day = day_of(minute);
  const auto of_day = static_cast<int>(minute - first_minute(day));
  MarketStatus best = MarketStatus::closed;
  for_hours_of(exchange, day, [&](const Hours& hours) {
    if (hours.from <= of_day && of_day < hours.to) best = std::max(best, hours.status);  // where two overlap, open wins
  });
  return best;
}

}  // namespace

std::string_view word(MarketStatus status) {
  switch (status) {
    case MarketStatus::pre_open:
      return "pre_open";
    case MarketStatus::open:
      return "open";
    case MarketStatus::closed:
      break;
  }
  return "closed";
}

const Exchange* Calendar::find(std::string_view exchange) const {
  const auto found =
      std::find_if(exchanges.begin(), exchanges.end(), [&](const Exchange& e) { return e.name == exchange; });
  return found == exchanges.end() ? nullptr : &*found;
}

MarketStatus Calendar::status(std::string_view exchange, std::int64_t wall_ns) const {
  const Exchange* found = find(exchange);
  // Unknown is open: a feed that went silent is then noticed, at the price of a needless reconnect at night. The other
  // way round a forgotten line in the calendar would hide a dead feed for ever.
  return found == nullptr ? MarketStatus::open : status_at(*found, local_minute(*found, wall_ns));
}

std::int64_t Calendar::next_change(std::string_view exchange, std::int64_t wall_ns) const {
  const Exchange* found = find(exchange);
  if (found == nullptr) return kNever;
  const std::int64_t now = local_minute(*found, wall_ns);
  const MarketStatus before = status_at(*found, now);
  const Day today = day_of(now);
  for (Day day = today; day <= today + kFurthest; day += std::chrono::days(1)) {
    const std::int64_t begin = first_minute(day);
    std::optional<std::int64_t> first;
    const auto consider = [&](int of_day) {
      const std::int64_t minute = begin + of_day;
      if (minute > now && (!first || minute < *first) && status_at(*found, minute) != before) first = minute;
    };
    consider(0);  // what ends at midnight ends on the next day
    for_hours_of(*found, day, [&](const Hours& hours) {
      consider(hours.from);
      if (hours.to < kMinutesOfDay) consider(hours.to);
    });
    if (first) return wall_of(*found, *first);
  }
  return kNever;
}

}  // namespace gw::calendar
