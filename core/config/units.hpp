// Durations ("30s"), sizes ("1MiB"), times and dates as gateway.yaml and calendar.yaml write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/config/config.hpp"

namespace gw::config {

inline constexpr const char* kDurationForm = "a duration with its unit, like 500ms, 30s, 15m or 24h";
// A leap year. A longer duration is a mistake, and could take a deadline to the end of the clock's range.
inline constexpr Duration kLongestDuration = 8784h;

std::optional<Duration> parse_duration(std::string_view text);   // ms, s, m, h; decimals allowed; "0s"
std::optional<std::uint64_t> parse_size(std::string_view text);  // B, KiB, MiB, GiB
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);  // true, false
// All in minutes. A time of day is "HH:MM", at most 24:00. A span is "HH:MM-HH:MM", the second later than the first. An
// offset is "+HH:MM" or "-HH:MM".
std::optional<int> parse_time_of_day(std::string_view text);
std::optional<std::pair<int, int>> parse_span(std::string_view text);
std::optional<int> parse_utc_offset(std::string_view text);
std::optional<std::chrono::sys_days> parse_date(std::string_view text);  // "2026-12-31"

}  // namespace gw::config
