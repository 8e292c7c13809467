// Angel's instrument list: the ScripMaster, one JSON list of all exchanges.
#pragma once

#include <string>
#include <vector>

#include "tools/broker_sim/instruments.hpp"

namespace sim {

std::string angel_list(const std::vector<Instrument>& instruments);

}  // namespace sim
