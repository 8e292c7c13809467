// How the running gateway looks in `top`, in a terminal of any size. Pure. [any]
#pragma once

#include <string>
#include <vector>

#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/terminal/screen.hpp"
#include "apps/gateway/top/top_state.hpp"

namespace gw::app {

// Lines of at most `columns`. `clock`: the local time with its zone.
std::vector<Line> top_lines(const TopState& state, std::size_t columns, const std::string& clock);
// The same as a whole screen: at most `size.rows`, with what is wrong, or how to leave, in the last one.
std::vector<Line> lay_out(const TopState& state, ScreenSize size, const std::string& clock);

}  // namespace gw::app
