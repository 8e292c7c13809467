#include "core/base/dates.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace gw {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kMinuteNs = 60 * kSecondNs;
constexpr std::int64_t kDayNs = 24 * 60 * kMinuteNs;

// Reads a text from left to right. Once a digit or an expected text is missing, good() stays false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return good_ = false, 0;
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void expect(std::string_view text) { good_ = take(text) && good_; }
  std::string_view word(std::size_t count) {
    const std::string_view found = rest_.substr(0, count);
    rest_.remove_prefix(found.size());
    return found;
  }
  bool at_end() const { return rest_.empty(); }
  bool good() const { return good_; }
  bool ended_well() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<std::int64_t> day_number(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970 || year > 2200) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

}  // namespace

std::optional<std::int64_t> parse_iso_time(std::string_view text, int utc_offset) {
  Scanner in(text);
  const int year = in.digits(4);
  in.expect("-");
  const int month = in.digits(2);
  in.expect("-");
  const auto day = day_number(year, month, in.digits(2));
  if (!in.good() || !day) return std::nullopt;
  std::int64_t seconds = 0;
  if (!in.at_end()) {
    if (!in.take("T")) in.expect(" ");
    const int hour = in.digits(2);
    in.expect(":");
    const int minute = in.digits(2);
    const int second = in.take(":") ? in.digits(2) : 0;
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    seconds = (hour * 60 + minute) * 60 + second;
    if (in.take("Z")) {
      utc_offset = 0;
    } else if (!in.at_end()) {
      const int sign = in.take("-") ? -1 : 1;
      if (sign == 1) in.expect("+");
      const int hours = in.digits(2);
      in.take(":");
      const int minutes = in.digits(2);
      if (hours > 14 || minutes > 59) return std::nullopt;
      utc_offset = sign * (hours * 60 + minutes);
    }
  }
  if (!in.ended_well()) return std::nullopt;
  return *day * kDayNs + seconds * kSecondNs - utc_offset * kMinuteNs;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner in(text);
  in.word(3);  // the weekday adds nothing
  in.expect(", ");
  const int day_of_month = in.digits(2);
  in.expect(" ");
  const std::string_view name = in.word(3);
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (kMonths[i] == name) month = static_cast<int>(i) + 1;
  in.expect(" ");
  const auto day = day_number(in.digits(4), month, day_of_month);
  in.expect(" ");
  const int hour = in.digits(2);
  in.expect(":");
  const int minute = in.digits(2);
  in.expect(":");
  const int second = in.digits(2);
  in.expect(" GMT");
  if (!in.ended_well() || !day || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return *day * kDayNs + ((hour * 60 + minute) * 60 + second) * kSecondNs;
}

std::int64_t day_at(std::int64_t wall_ns, int utc_offset) {
  const std::int64_t local = wall_ns + utc_offset * kMinuteNs;
  return local / kDayNs - (local % kDayNs < 0 ? 1 : 0);
}

std::string iso_day(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string utc_minute(std::int64_t wall_ns) {
  constexpr std::int64_t kMinuteNs = 60'000'000'000;
  constexpr std::int64_t kMinutesOfDay = 24 * 60;
  const std::int64_t day = day_at(wall_ns, 0);
  const std::int64_t minute = wall_ns / kMinuteNs - day * kMinutesOfDay;
  char text[16];
  std::snprintf(text, sizeof text, " %02d:%02d UTC", static_cast<int>(minute / 60), static_cast<int>(minute % 60));
  return iso_day(day) + text;
}

}  // namespace gw
