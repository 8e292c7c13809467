// A zone of the IANA database, whose clocks may be set forward and back, as the system's tzdata has it. A value. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gw::calendar {

class TimeZone {
 public:
  // "Asia/Kolkata". Nothing: the database has no such zone, or there is no database.
  static std::optional<TimeZone> find(const std::string& name);

  int offset_at(std::int64_t wall_ns) const;  // minutes east of UTC
  // The zone's clocks are not set forward at that time.
  bool has_winter_time(std::int64_t wall_ns) const;

  friend bool operator==(const TimeZone&, const TimeZone&) = default;

 private:
  explicit TimeZone(const void* zone) : zone_(zone) {}

  const void* zone_;  // date::time_zone, for as long as the program runs
};

}  // namespace gw::calendar
