// Dates and times as people and web servers write them. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gw {

// Nanoseconds since 1970 of "2026-11-27" (its midnight), "2026-11-27T08:31", "2026-11-27 08:31:02" by clocks so many
// minutes east of UTC; with "Z" or "+05:30" at the end, by those. Nothing: it is none.
std::optional<std::int64_t> parse_iso_time(std::string_view text, int utc_offset);
// Of "Fri, 27 Nov 2026 03:01:02 GMT", as in Last-Modified.
std::optional<std::int64_t> parse_http_date(std::string_view text);

// Days since 1970 that those clocks show at that time.
std::int64_t day_at(std::int64_t wall_ns, int utc_offset);
std::string iso_day(std::int64_t day);  // "2026-11-27"

}  // namespace gw
