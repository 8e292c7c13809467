// The answer to `GET /books`: who is connected, who wants what, what was counted.
#pragma once

#include <string>

namespace sim {

class Broker;

std::string books(const Broker& broker, bool with_ticks);

}  // namespace sim
