// When exchanges trade, as plain data that core/config reads from calendar.yaml. Immutable once made: any thread may
// ask.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instrument_kind.hpp"
#include "core/calendar/time_zone.hpp"

namespace gw::calendar {

// The phases of an exchange's day. Where two overlap, the one that is later in this list counts.
enum class MarketStatus { closed, pre_open, auction, open };
std::string_view word(MarketStatus status);  // "closed", "pre_open", "auction", "open"

using Day = std::chrono::sys_days;  // of the exchange's own calendar

inline constexpr int kMinutesOfDay = 24 * 60;
inline constexpr int kIndia = 5 * 60 + 30;                  // minutes east of UTC, all year
inline constexpr std::uint8_t kMondayToFriday = 0b0011111;  // bit 0 is Monday

// What an exchange's clocks show.
struct LocalClock {
  int utc_offset = kIndia;       // minutes east of UTC
  std::optional<TimeZone> zone;  // in place of the offset

  int offset_at(std::int64_t wall_ns) const { return zone ? zone->offset_at(wall_ns) : utc_offset; }
};

// In minutes of the exchange's day; `to` is the first minute after the hours.
struct Hours {
  MarketStatus status = MarketStatus::open;  // or pre_open, or auction
  int from = 0;
  int to = kMinutesOfDay;
};

struct WeeklySession {
  Hours hours;
  std::uint8_t weekdays = kMondayToFriday;
};

// Other hours for the phases in `hours`, for one kind of instrument, or while a zone has winter time.
struct Exception {
  std::optional<InstrumentKind> kind;
  std::optional<TimeZone> winter_of;
  std::vector<Hours> hours;
};

struct SpecialSession {
  Day day;
  Hours hours;
};

struct Exchange {
  std::string name;
  LocalClock clock;
  std::vector<WeeklySession> sessions;
  std::vector<Exception> exceptions;             // on the days of the weekly sessions; a later one takes precedence
  std::vector<Day> holidays;                     // no weekly session takes place
  std::vector<SpecialSession> special_sessions;  // also on holidays and weekends
  bool has_hours = true;                         // false: they are not known, and it counts as open at any hour
};

struct Calendar {
  LocalClock clock;  // of exchanges that name none, and of the gateway's own times
  std::vector<Exchange> exchanges;

  // Whether it is known when the exchange trades. Where it is not, nothing should tick at any hour.
  bool has_hours(std::string_view exchange) const;
  // The phase for instruments of one kind.
  MarketStatus status(std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns) const;
  // The phase of the exchange; where its kinds differ, the last of theirs in the order of MarketStatus.
  MarketStatus status(std::string_view exchange, std::int64_t wall_ns) const;
  // The date that the exchange's clocks show.
  Day day(std::string_view exchange, std::int64_t wall_ns) const;
};

}  // namespace gw::calendar
