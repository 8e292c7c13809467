// One broker in a word or two, for whoever looks whether every feed is live. [any]
#pragma once

#include "apps/gateway/monitoring/observation.hpp"

namespace gw::app {

// "live" only while live ticks come of at least one exchange and none is stale: never of a broker that is disabled, or
// merely connected.
const char* broker_words(const BrokerView& broker);

}  // namespace gw::app
