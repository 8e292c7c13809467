// When exchanges trade, as plain data that core/config reads from calendar.yaml. Immutable once made: any thread may
// ask.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace gw::calendar {

enum class MarketStatus { closed, pre_open, open };
std::string_view word(MarketStatus status);  // "closed", "pre_open", "open"

using Day = std::chrono::sys_days;  // of the exchange's own calendar

inline constexpr int kMinutesOfDay = 24 * 60;
inline constexpr int kIndia = 5 * 60 + 30;                  // minutes east of UTC, all year
inline constexpr std::uint8_t kMondayToFriday = 0b0011111;  // bit 0 is Monday
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// In minutes of the exchange's day; `to` is the first minute that no longer belongs to it.
struct Hours {
  MarketStatus status = MarketStatus::open;  // or pre_open
  int from = 0;
  int to = kMinutesOfDay;
};

struct WeeklySession {
  Hours hours;
  std::uint8_t weekdays = kMondayToFriday;
};

struct SpecialSession {
  Day day;
  Hours hours;
};

struct Exchange {
  std::string name;
  int utc_offset = 0;  // minutes east
  std::vector<WeeklySession> sessions;
  std::vector<Day> holidays;                     // no weekly session takes place
  std::vector<SpecialSession> special_sessions;  // also on holidays and weekends
};

struct Calendar {
  int utc_offset = kIndia;  // of exchanges that name none, and of times of the gateway's own
  std::vector<Exchange> exchanges;

  MarketStatus status(std::string_view exchange, std::int64_t wall_ns) const;
  // The first moment after `wall_ns` at which the status is another one; kNever: not within the next 400 days.
  std::int64_t next_change(std::string_view exchange, std::int64_t wall_ns) const;

 private:
  const Exchange* find(std::string_view exchange) const;
};

}  // namespace gw::calendar
