// What a run saw, as one line of JSON.
#pragma once

#include <string>

#include "load.hpp"

namespace bench {

// Taken at the end of counting: draining what stalled clients left unread is no delivery.
std::string report(Load& load);

}  // namespace bench
