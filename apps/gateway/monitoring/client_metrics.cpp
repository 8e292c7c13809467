// The part of /metrics about clients and their requests: see metrics_page.hpp.
#include <iterator>

#include "apps/gateway/monitoring/metrics_page.hpp"

namespace gw::app {
namespace {

constexpr const char* kModes[] = {"1", "2", "4"};
constexpr const char* kActions[requests::kActions] = {"authenticate", "subscribe", "unsubscribe", "unsubscribe_all",
                                                      "list",         "ping",      "search",      "get_broker_info",
                                                      "invalid"};
constexpr const char* kResults[requests::kResults] = {"success", "partial", "error"};
constexpr const char* kRefusals[requests::kRefusals] = {"no_key", "bad_key", "too_many"};

// One family with a value for each shard that answered.
template <class F>
void add_each(MetricFamilies& families, const Observation& o, const F& value) {
  for (std::size_t i = 0; i < o.shards.size(); ++i)
    if (o.shards[i]) families.add({{"shard", std::to_string(i)}}, value(*o.shards[i]));
}

}  // namespace

void add_clients(MetricFamilies& families, const Observation& o) {
  using Report = session::ShardReport;
  families.gauge("gateway_clients", "Connections of clients, authenticated or not.");
  add_each(families, o, [](const Report& r) { return r.clients; });
  families.gauge("gateway_slow_clients", "Clients that are behind: they get the last published frame of each topic.");
  add_each(families, o, [](const Report& r) { return r.slow_clients; });
  families.gauge("gateway_blocked_clients", "Clients with unsent bytes.");
  add_each(families, o, [](const Report& r) { return r.blocked_clients; });
  families.gauge("gateway_client_queued_bytes", "Unsent bytes of all clients.");
  add_each(families, o, [](const Report& r) { return r.queued_bytes; });
  families.counter("gateway_client_deliveries_total", "Frames of updates handed to clients' outputs.");
  add_each(families, o, [](const Report& r) { return r.counts.deliveries; });
  families.counter("gateway_client_sent_bytes_total", "Bytes that clients' sockets have taken.");
  add_each(families, o, [](const Report& r) { return r.counts.bytes; });
  families.counter(
      "gateway_client_conflated_total",
      "Updates in whose place a client was sent a newer one: slow clients, and those with min_interval_ms.");
  add_each(families, o, [](const Report& r) { return r.counts.conflated; });
  families.counter("gateway_clients_closed_total", "Clients' connections that ended, by reason.");
  for (std::size_t shard = 0; shard < o.shards.size(); ++shard)
    if (o.shards[shard])
      for (std::size_t i = 0; i < session::kCloseReasons; ++i)
        families.add({{"shard", std::to_string(shard)}, {"reason", word(static_cast<session::CloseReason>(i))}},
                     o.shards[shard]->counts.closed[i]);
  families.counter("gateway_deliveries_total", "Updates times clients, by mode, as routing hands them to the shards.");
  if (o.routing)
    for (std::size_t mode = 0; mode < std::size(kModes); ++mode)
      families.add({{"mode", kModes[mode]}}, o.routing->counts.delivered_by_mode[mode]);
}

void add_requests(MetricFamilies& families, const Observation& o) {
  families.counter("gateway_requests_total", "Clients' requests by action and result.");
  if (o.routing)
    for (std::size_t action = 0; action < requests::kActions; ++action)
      for (std::size_t result = 0; result < requests::kResults; ++result)
        families.add({{"action", kActions[action]}, {"result", kResults[result]}},
                     o.routing->requests.requests()[action][result]);
  families.counter("gateway_authentication_failures_total",
                   "Clients that were refused: no_key (another first message), bad_key, too_many, timeout.");
  if (o.routing) {
    for (std::size_t i = 0; i < requests::kRefusals; ++i)
      families.add({{"reason", kRefusals[i]}}, o.routing->requests.refusals()[i]);
    std::uint64_t late = 0;
    for (const auto& shard : o.shards) late += shard ? shard->counts.unauthenticated : 0;
    families.add({{"reason", "timeout"}}, late);
  }
  families.counter("gateway_depth_fallbacks_total",
                   "Subscriptions that were granted fewer depth levels than asked for.");
  if (o.routing)
    for (const auto& [key, count] : o.routing->requests.fallbacks())
      families.add({{"broker", std::get<0>(key)},
                    {"asked", std::to_string(std::get<1>(key))},
                    {"given", std::to_string(std::get<2>(key))}},
                   count);
  families.counter("gateway_updates_total", "Updates that routing took, by what became of them.");
  if (o.routing) {
    const routing::RouterCounts& counts = o.routing->counts;
    families.add({{"outcome", "taken"}}, counts.updates - counts.unwanted);
    families.add({{"outcome", "unwanted"}}, counts.unwanted);
  }
  families.counter("gateway_published_total",
                   "Updates of topics: an update of an instrument is one for each stream of it.");
  if (o.routing) families.add({}, o.routing->counts.published);
  families.counter("gateway_broker_switches_total", "Moves of a broker group to another broker.");
  if (o.routing) families.add({}, o.routing->counts.switches);
}

}  // namespace gw::app
