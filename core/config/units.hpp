// Durations ("30s") and sizes ("1MiB") as gateway.yaml writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/config/config.hpp"

namespace gw::config {

inline constexpr const char* kDurationForm = "a duration with its unit, like 500ms, 30s, 15m or 24h";
// A leap year: deadlines further away are mistakes, and near the end of the clock's range.
inline constexpr Duration kLongestDuration = 8784h;

std::optional<Duration> parse_duration(std::string_view text);   // ms, s, m, h; decimals allowed; "0s"
std::optional<std::uint64_t> parse_size(std::string_view text);  // B, KiB, MiB, GiB
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);  // true, false

}  // namespace gw::config
