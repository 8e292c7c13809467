// Dates and times as people and web servers write them. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gw {

// Nanoseconds since 1970 of "2026-11-27" (its midnight), "2026-11-27T08:31" or "2026-11-27 08:31:02". The text is local
// time, `utc_offset` minutes east of UTC, unless a time ends with "Z" or an offset like "+05:30". Nothing: the text is
// no such time.
std::optional<std::int64_t> parse_iso_time(std::string_view text, int utc_offset);
// Nanoseconds since 1970 of "Fri, 27 Nov 2026 03:01:02 GMT", as in Last-Modified.
std::optional<std::int64_t> parse_http_date(std::string_view text);

// The local day at `wall_ns`, in days since 1970; `utc_offset` is in minutes east of UTC.
std::int64_t day_at(std::int64_t wall_ns, int utc_offset);
std::string iso_day(std::int64_t day);         // "2026-11-27"
std::string utc_minute(std::int64_t wall_ns);  // "2026-11-27 08:31 UTC"

}  // namespace gw
