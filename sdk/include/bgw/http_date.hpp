// SPDX-License-Identifier: Apache-2.0
// bgw/http_date.hpp - reads times in HTTP headers, in the three formats of RFC 9110, 5.6.7.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bgw {

namespace detail {

// The parts of a date, separated by spaces, commas, hyphens and colons; the first nine only.
struct DateParts {
  explicit DateParts(std::string_view text) {
    constexpr std::string_view kBetween = " ,-:";
    while (count < parts.size()) {
      text.remove_prefix(std::min(text.find_first_not_of(kBetween), text.size()));
      if (text.empty()) return;
      parts[count] = text.substr(0, text.find_first_of(kBetween));
      text.remove_prefix(parts[count++].size());
    }
  }
  // The value of a part that is a number of at most four digits; -1: the part is something else.
  int number(std::size_t i) const {
    int value = -1;
    const char* const last = parts[i].data() + parts[i].size();
    const auto [end, error] = std::from_chars(parts[i].data(), last, value);
    return error == std::errc{} && end == last && parts[i].size() <= 4 ? value : -1;
  }

  std::array<std::string_view, 9> parts{};
  std::size_t count = 0;
};

inline unsigned month_of(std::string_view name) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t at = name.size() == 3 ? kMonths.find(name) : kMonths.npos;
  return at == kMonths.npos || at % 3 != 0 ? 0 : static_cast<unsigned>(at / 3 + 1);
}

}  // namespace detail

// Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37
// 1994". Nothing: `text` has none of these formats.
inline std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const detail::DateParts in(text);
  const bool is_asctime = in.count == 7;
  if (!is_asctime && (in.count != 8 || in.parts[7] != "GMT")) return std::nullopt;
  int year = in.number(is_asctime ? 6 : 3);
  if (year >= 0 && year < 100) year += year < 70 ? 2000 : 1900;
  const int day = in.number(is_asctime ? 2 : 1);
  const std::size_t time = is_asctime ? 3 : 4;
  const int hour = in.number(time);
  const int minute = in.number(time + 1);
  const int second = in.number(time + 2);
  if (year < 1970 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(detail::month_of(in.parts[is_asctime ? 1 : 2])),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

}  // namespace bgw
