// Draws one market_data message in the terminal: a book as a ladder, other modes as a few lines.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gw::app {

// Lines to print, each ended; no cursor movement. `color`: with ANSI colours.
std::string draw(const nlohmann::json& message, bool color);

}  // namespace gw::app
