// Angel's SmartAPI WebSocket streaming 2.0.
#pragma once

#include <memory>

#include "tools/broker_sim/protocol.hpp"

namespace sim {

std::unique_ptr<Protocol> make_angel();

}  // namespace sim
