// When an instrument list is fetched next. A pure class: the caller brings the wall clock. Thread: updates.
#pragma once

#include <cstdint>

#include "core/calendar/calendar.hpp"

namespace gw::app {

class UpdateSchedule {
 public:
  // Every day when the clock shows `minute`; at once while nothing was ever imported.
  UpdateSchedule(int minute, calendar::LocalClock clock) : minute_(minute), clock_(clock) {}

  // There is a list of that time, whoever brought it.
  void imported(std::int64_t wall_ns);
  // The list was found good, new or not.
  void succeeded(std::int64_t wall_ns) { imported(wall_ns); }
  // Tried in vain; says how long until the next try: longer each time, an hour at the most.
  std::int64_t failed(std::int64_t wall_ns);
  std::int64_t next_ns() const { return next_ns_; }

 private:
  std::int64_t next_daily(std::int64_t after_ns) const;

  int minute_;
  calendar::LocalClock clock_;
  int failures_ = 0;
  std::int64_t good_since_ = 0;
  std::int64_t next_ns_ = 0;
};

}  // namespace gw::app
