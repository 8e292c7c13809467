// Numbers of what routing knows. Each is an index into the table of its kind.
#pragma once

#include <cstdint>

namespace gw::upstream {

using BrokerId = std::uint16_t;
using GroupId = std::uint16_t;      // of a broker group
using InterestId = std::uint32_t;   // of one instrument that clients of one group hold
using TopicId = std::uint32_t;      // of a topic, which only core/topics looks into
using RouteHandle = std::uint32_t;  // of a route in its broker's table; what ticks carry

inline constexpr GroupId kDefaultGroup = 0;
inline constexpr InterestId kNoInterest = ~InterestId{0};
inline constexpr TopicId kNoTopic = ~TopicId{0};
inline constexpr RouteHandle kNoHandle = ~RouteHandle{0};

}  // namespace gw::upstream
