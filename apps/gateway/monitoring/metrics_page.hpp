// The body of /metrics, in Prometheus' text format. No label comes from what a client sent. [monitor]
#pragma once

#include <cstdint>
#include <string>

#include "apps/gateway/monitoring/metric_families.hpp"
#include "apps/gateway/monitoring/observation.hpp"

namespace gw::app {

// Times are those of the wall clock.
std::string metrics_page(const Observation& observation, std::int64_t started_ns, std::int64_t now_ns);

// ---- its parts
void add_brokers(MetricFamilies& families, const RoutingView& routing, std::int64_t now_ns);
void add_logins(MetricFamilies& families, const LoginCountsByBroker& logins);
void add_hangs(MetricFamilies& families, const std::vector<plugin_host::Hang>& hangs);
void add_links(MetricFamilies& families, const std::vector<plugin_host::LinkReport>& links, std::int64_t now_ns);
void add_clients(MetricFamilies& families, const Observation& observation);
void add_requests(MetricFamilies& families, const Observation& observation);

}  // namespace gw::app
