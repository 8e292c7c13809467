// How a watch of one instrument looks in a terminal of any size. Pure. [any]
#pragma once

#include <vector>

#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/terminal/screen.hpp"
#include "apps/gateway/watch/watch_state.hpp"

namespace gw::app {

// At most `size.rows` lines of at most `size.columns`. Where there is less room, there are fewer levels, then fewer
// columns of them, then fewer other rows; the best bid and ask, the last price and the state go last.
std::vector<Line> lay_out(const WatchState& state, ScreenSize size, const Now& now);

}  // namespace gw::app
