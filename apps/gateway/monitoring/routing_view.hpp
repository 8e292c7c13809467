// Copies what routing's thread knows: see RoutingView. [routing]
#pragma once

#include <vector>

#include "apps/gateway/monitoring/observation.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

std::vector<BrokerView> view_brokers(const proxy::Proxy& proxy);
RoutingView view_routing(const proxy::Proxy& proxy);

}  // namespace gw::app
