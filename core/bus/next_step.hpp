// What comes next, in words, when a broker's link or feed is not as it should be: the one source for the log, `status`,
// /readyz and whoever else tells people. [any]
#pragma once

#include <string>
#include <string_view>

#include "core/bus/records.hpp"

namespace gw::bus {

// Empty: the link is connected.
std::string next_step(LinkState state, std::string_view broker);
// Empty: the feed is not stale.
std::string next_step(FeedState state);

}  // namespace gw::bus
