// Reports what a run saw, as one line of JSON.
#pragma once

#include <string>

#include "load.hpp"

namespace bench {

// Call it at the end of counting. It then drains what stalled clients left unread, which is no delivery.
std::string report(Load& load);

}  // namespace bench
