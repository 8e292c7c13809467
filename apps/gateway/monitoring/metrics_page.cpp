#include "apps/gateway/monitoring/metrics_page.hpp"

#include <prometheus/text_serializer.h>

#include "apps/gateway/monitoring/process_figures.hpp"
#include "apps/gateway/monitoring/verdict.hpp"
#include "core/base/version.hpp"
#include "version.hpp"

namespace gw::app {
namespace {

void add_process(MetricFamilies& families, std::int64_t started_ns) {
  const ProcessFigures process = process_figures();
  families.counter("process_cpu_seconds_total", "Processor time of all threads.");
  families.add({}, process.cpu_seconds);
  families.gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.");
  families.add({}, process.resident_bytes);
  families.gauge("process_open_fds", "Open file descriptors.");
  families.add({}, process.open_files);
  families.gauge("process_max_fds", "The most file descriptors that the process may open.");
  families.add({}, process.max_files);
  families.gauge("process_threads", "Threads of the process.");
  families.add({}, process.threads);
  families.gauge("process_start_time_seconds", "When the gateway started, in seconds since 1970.");
  families.add({}, static_cast<double>(started_ns) / 1e9);
  families.gauge("gateway_build_info", "Always 1; the labels say what runs.");
  families.add({{"version", GW_VERSION}, {"revision", GW_REVISION}, {"compiler", __VERSION__}}, 1);
}

// A thread that did not answer leaves out its part of the page.
void add_threads(MetricFamilies& families, const Observation& o) {
  families.gauge("gateway_scrape_answered", "1: the thread answered within a second; 0: its metrics are missing.");
  families.add({{"thread", "routing"}}, o.routing.has_value());
  families.add({{"thread", "feed"}}, o.links.has_value());
  for (std::size_t i = 0; i < o.shards.size(); ++i)
    families.add({{"thread", "shard " + std::to_string(i)}}, o.shards[i].has_value());
}

void add_stages(MetricFamilies& families, const Observation& o) {
  families.histogram("gateway_stage_seconds",
                     "How long an update takes: receive_to_routing from the reading of its frame, routing_to_write "
                     "until it is written to all its clients' sockets (one duration a round of writes).");
  if (o.routing) families.add({{"stage", "receive_to_routing"}, {"shard", ""}}, o.routing->until_routed);
  for (std::size_t i = 0; i < o.shards.size(); ++i)
    if (o.shards[i])
      families.add({{"stage", "routing_to_write"}, {"shard", std::to_string(i)}}, o.shards[i]->counts.until_written);
}

}  // namespace

std::string metrics_page(const Observation& o, std::int64_t started_ns, std::int64_t now_ns) {
  const RoutingView none;
  MetricFamilies families;
  const bool is_ready = o.routing && judge(o.routing->brokers).is_ready();
  families.gauge("gateway_ready", "1: everything wanted is served, as /readyz and status say; 0: it is not.");
  families.add({}, is_ready);
  families.gauge("gateway_database_problem",
                 "1: the database cannot be used, as /readyz, status and the log say; 0: it can.");
  families.add({}, !o.database_problem.empty());
  add_brokers(families, o.routing ? *o.routing : none, now_ns);
  add_hangs(families, o.hangs);
  add_logins(families, o.logins);
  add_links(families, o.links ? *o.links : std::vector<plugin_host::LinkReport>{}, now_ns);
  add_clients(families, o);
  add_requests(families, o);
  add_stages(families, o);
  add_threads(families, o);
  add_process(families, started_ns);
  return prometheus::TextSerializer().Serialize(families.all());
}

}  // namespace gw::app
