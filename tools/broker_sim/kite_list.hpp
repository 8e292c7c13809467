// Kite's instrument list: one CSV of all exchanges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/broker_sim/instruments.hpp"

namespace sim {

std::string kite_list(const std::vector<Instrument>& instruments);
// The number of lines without the header.
std::int64_t rows_in_kite_list(std::string_view list);

}  // namespace sim
