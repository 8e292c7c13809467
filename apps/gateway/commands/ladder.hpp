// One market_data message as text for a pipe or a file: a book as a ladder, other modes as a few lines.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gw::app {

// Lines to print, each ended; no escape sequences.
std::string draw(const nlohmann::json& message);

}  // namespace gw::app
