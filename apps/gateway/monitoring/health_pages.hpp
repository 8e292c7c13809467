// The bodies of /healthz and /readyz, for load balancers and people: small, and nothing secret in them. [any]
#pragma once

#include <vector>

#include "apps/gateway/monitoring/observation.hpp"
#include "apps/gateway/monitoring/observer.hpp"
#include "core/websocket/connection.hpp"

namespace gw::app {

// Answers 200 when every thread is alive. Else it answers 503 and names the threads that are not.
websocket::HttpAnswer health_page(const std::vector<Observer::Sign>& signs);
// 200 when the gateway serves what is wanted, else 503 that says why: see judge().
websocket::HttpAnswer readiness_page(const Observation& observation);

}  // namespace gw::app
