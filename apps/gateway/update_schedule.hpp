// When an instrument list is fetched next. A pure class: the caller brings the wall clock. Thread: updates.
#pragma once

#include <cstdint>

#include "core/calendar/calendar.hpp"

namespace gw::app {

class UpdateSchedule {
 public:
  // A list is fetched every day when the clock shows `minute`, and at once while nothing was ever imported.
  UpdateSchedule(int minute, calendar::LocalClock clock) : minute_(minute), clock_(clock) {}

  // A list was imported at that time, by this gateway or by the command line.
  void imported(std::int64_t wall_ns);
  // The list was fetched, or the server said that it has not changed.
  void succeeded(std::int64_t wall_ns) { imported(wall_ns); }
  // A try failed. Returns the ns until the next try: longer each time, an hour at the most.
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
