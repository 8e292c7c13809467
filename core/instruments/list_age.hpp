// Whether a list of instruments is too old for the market that it is to serve. [any]
#pragma once

#include <cstdint>
#include <string>

#include "core/calendar/calendar.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

// "the instrument list is not today's, DAY: it is the …"; empty: it is of today, or nobody knows its day, or the
// exchange is closed now, so that the list may still come.
std::string old_list_warning(const ListInfo& list, const calendar::Calendar& calendar, const std::string& exchange,
                             std::int64_t wall_ns);

}  // namespace gw::instruments
