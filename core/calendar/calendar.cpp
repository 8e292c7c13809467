#include "core/calendar/calendar.hpp"

#include <algorithm>

namespace gw::calendar {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

// Minutes since 1970, of the exchange's own time. Whole minutes cannot overflow, whatever the wall clock says.
std::int64_t local_minute(const LocalClock& clock, std::int64_t wall_ns) {
  const std::int64_t minute = wall_ns / kMinuteNs - (wall_ns % kMinuteNs < 0 ? 1 : 0);
  return minute + clock.offset_at(wall_ns);
}

Day day_of(std::int64_t minute) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::minutes>(std::chrono::minutes(minute)));
}

bool is_on(const WeeklySession& session, Day day) {
  const unsigned monday_is_1 = std::chrono::weekday(day).iso_encoding();
  return (session.weekdays >> (monday_is_1 - 1) & 1U) != 0;
}

bool applies(const Exception& exception, InstrumentKind kind, std::int64_t wall_ns) {
  return (!exception.kind || *exception.kind == kind) &&
         (!exception.winter_of || exception.winter_of->has_winter_time(wall_ns));
}

bool names(const Exception& exception, MarketStatus status) {
  return std::any_of(exception.hours.begin(), exception.hours.end(),
                     [status](const Hours& hours) { return hours.status == status; });
}

// The last exception that names the phase; null: the weekly hours count.
const Exception* find_exception(const Exchange& exchange, MarketStatus status, InstrumentKind kind,
                                std::int64_t wall_ns) {
  const auto found = std::find_if(exchange.exceptions.rbegin(), exchange.exceptions.rend(),
                                  [&](const Exception& e) { return applies(e, kind, wall_ns) && names(e, status); });
  return found == exchange.exceptions.rend() ? nullptr : &*found;
}

MarketStatus status_at(const Exchange& exchange, InstrumentKind kind, std::int64_t wall_ns) {
  const std::int64_t minute = local_minute(exchange.clock, wall_ns);
  const Day day = day_of(minute);
  const std::int64_t of_day = minute - std::chrono::minutes(day.time_since_epoch()).count();
  MarketStatus best = MarketStatus::closed;
  const auto consider = [&](const Hours& hours) {
    if (hours.from <= of_day && of_day < hours.to) best = std::max(best, hours.status);
  };
  for (const SpecialSession& session : exchange.special_sessions)
    if (session.day == day) consider(session.hours);
  if (std::find(exchange.holidays.begin(), exchange.holidays.end(), day) != exchange.holidays.end()) return best;
  bool trades = false;  // on this weekday
  for (const WeeklySession& session : exchange.sessions) {
    if (!is_on(session, day)) continue;
    trades = true;
    if (find_exception(exchange, session.hours.status, kind, wall_ns) == nullptr) consider(session.hours);
  }
  if (!trades) return best;
  for (const MarketStatus status : {MarketStatus::pre_open, MarketStatus::auction, MarketStatus::open})
    if (const Exception* exception = find_exception(exchange, status, kind, wall_ns))
      for (const Hours& hours : exception->hours)
        if (hours.status == status) consider(hours);
  return best;
}

const Exchange* find(const std::vector<Exchange>& exchanges, std::string_view name) {
  const auto found =
      std::find_if(exchanges.begin(), exchanges.end(), [&](const Exchange& e) { return e.name == name; });
  return found == exchanges.end() ? nullptr : &*found;
}

}  // namespace

std::string_view word(MarketStatus status) {
  switch (status) {
    case MarketStatus::pre_open:
      return "pre_open";
    case MarketStatus::auction:
      return "auction";
    case MarketStatus::open:
      return "open";
    case MarketStatus::closed:
      break;
  }
  return "closed";
}

bool Calendar::has_hours(std::string_view exchange) const {
  const Exchange* found = find(exchanges, exchange);
  return found != nullptr && found->has_hours;
}

MarketStatus Calendar::status(std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns) const {
  const Exchange* found = find(exchanges, exchange);
  // An unknown exchange counts as open: missing ticks are then proved by asking again or by another broker, as
  // elsewhere. If it counted as closed, a forgotten line in the calendar would hide a dead feed for ever. See
  // has_hours().
  return found == nullptr || !found->has_hours ? MarketStatus::open : status_at(*found, kind, wall_ns);
}

MarketStatus Calendar::status(std::string_view exchange, std::int64_t wall_ns) const {
  MarketStatus best = MarketStatus::closed;
  for (const InstrumentKind kind : kInstrumentKinds) best = std::max(best, status(exchange, kind, wall_ns));
  return best;
}

Day Calendar::day(std::string_view exchange, std::int64_t wall_ns) const {
  const Exchange* found = find(exchanges, exchange);
  return day_of(local_minute(found == nullptr ? clock : found->clock, wall_ns));
}

}  // namespace gw::calendar
