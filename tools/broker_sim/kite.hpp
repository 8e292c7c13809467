// Kite's ticker protocol.
#pragma once

#include <memory>

#include "tools/broker_sim/protocol.hpp"

namespace sim {

std::unique_ptr<Protocol> make_kite();

}  // namespace sim
