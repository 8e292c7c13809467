// SPDX-License-Identifier: Apache-2.0
// bgw/expiry.hpp - the day on which a contract expires, in the two spellings that an instrument row needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace bgw {

struct Expiry {
  std::string date;     // "2026-10-27", for bgw_instrument.expiry
  std::string compact;  // "27OCT26", for symbols
};

// What to add to UTC for the date in India.
inline constexpr std::chrono::minutes kIndiaOffset{330};

namespace detail {

inline constexpr std::string_view kMonthNames = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

// From 1 for "JAN", in any letter case; 0: `text` is no month.
inline unsigned month_number(std::string_view text) {
  if (text.size() != 3) return 0;
  char upper[3];
  for (std::size_t i = 0; i < 3; ++i) upper[i] = static_cast<char>(text[i] & ~0x20);
  for (std::size_t at = 0; at < kMonthNames.size(); at += 3)
    if (kMonthNames.substr(at, 3) == std::string_view(upper, 3)) return static_cast<unsigned>(at / 3) + 1;
  return 0;
}

// The number that `text` is, digits only; -1: it is none.
inline int digits(std::string_view text) {
  if (text.empty() || text.size() > 4) return -1;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace detail

// Nothing: the calendar has no such day, or its year is not from 1970 to 2099.
inline std::optional<Expiry> expiry_on(std::chrono::year_month_day day) {
  const int year = static_cast<int>(day.year());
  if (!day.ok() || year < 1970 || year > 2099) return std::nullopt;
  const unsigned month = static_cast<unsigned>(day.month()), number = static_cast<unsigned>(day.day());
  char date[32], compact[32];
  std::snprintf(date, sizeof date, "%04d-%02u-%02u", year, month, number);
  const std::string_view name = detail::kMonthNames.substr((month - 1) * 3, 3);
  std::snprintf(compact, sizeof compact, "%02u%.3s%02d", number, name.data(), year % 100);
  return Expiry{date, compact};
}

// Reads "2026-10-27", "27OCT2026" or "27-Oct-2026". Nothing: the text is something else.
inline std::optional<Expiry> parse_expiry(std::string_view text) {
  const bool has_name = text.size() == 9 || text.size() == 11;
  int year = 0, day = 0;
  unsigned month = 0;
  if (has_name) {
    const std::size_t dash = text.size() == 11 ? 1 : 0;
    if (dash == 1 && (text[2] != '-' || text[6] != '-')) return std::nullopt;
    day = detail::digits(text.substr(0, 2));
    month = detail::month_number(text.substr(2 + dash, 3));
    year = detail::digits(text.substr(5 + 2 * dash));
  } else {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    year = detail::digits(text.substr(0, 4));
    const int number = detail::digits(text.substr(5, 2));
    month = number < 0 ? 0 : static_cast<unsigned>(number);
    day = detail::digits(text.substr(8));
  }
  if (year < 0 || day < 0) return std::nullopt;
  return expiry_on(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(static_cast<unsigned>(day)));
}

// The day on which a time falls, `offset` east of UTC. Nothing: the time is not after 1970, or after 2099.
inline std::optional<Expiry> expiry_at(std::int64_t time_ns, std::chrono::minutes offset) {
  constexpr std::int64_t kYear2100 = 4'102'444'800'000'000'000;
  if (time_ns <= 0 || time_ns >= kYear2100) return std::nullopt;
  using std::chrono::floor;
  return expiry_on(std::chrono::sys_days(floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(time_ns)) + offset)));
}

}  // namespace bgw
