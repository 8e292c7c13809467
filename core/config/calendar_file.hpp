// Reads calendar.yaml into a Calendar, or lists everything that is wrong with it. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/calendar.hpp"
#include "core/config/load.hpp"

namespace gw::config {

struct LoadedCalendar {
  calendar::Calendar calendar;
  std::string file;  // as shown in problems
  std::vector<Problem> problems;
};

// Never throws.
LoadedCalendar load_calendar_text(std::string_view text, const std::string& file);
// config/calendar.yaml beside gateway.yaml, else the shipped one. load() does this too.
LoadedCalendar load_calendar(const Located& where);

}  // namespace gw::config
