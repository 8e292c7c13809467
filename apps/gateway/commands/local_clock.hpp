// The time of day of this machine, for people. [any]
#pragma once

#include <cstdint>
#include <string>

namespace gw::app {

std::string local_clock(std::int64_t wall_ns);  // "14:05:01 IST"
std::string local_time(std::int64_t wall_ns);   // "2026-11-30T14:05:01.123+0530"

}  // namespace gw::app
