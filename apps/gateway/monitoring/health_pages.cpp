#include "apps/gateway/monitoring/health_pages.hpp"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "apps/gateway/monitoring/verdict_json.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

websocket::HttpAnswer page(bool is_good, const Json& body) {
  return {is_good ? 200 : 503, "application/json", body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

}  // namespace

websocket::HttpAnswer health_page(const std::vector<Observer::Sign>& signs) {
  Json threads = Json::object();
  std::string silent;
  for (const Observer::Sign& sign : signs) {
    threads[sign.thread] = sign.is_alive ? "alive" : "silent";
    if (!sign.is_alive) silent += (silent.empty() ? "" : ", ") + sign.thread;
  }
  Json body = {{"healthy", silent.empty()}, {"threads", threads}};
  if (!silent.empty()) {
    body["reason"] = "no answer from: " + silent;
    body["next_step"] = "see the log; if it lasts, start the gateway anew and keep a core dump (docs/debugging.md)";
  }
  return page(silent.empty(), body);
}

websocket::HttpAnswer readiness_page(const Observation& observation) {
  if (!observation.routing)
    return page(false, {{"ready", false},
                        {"reason", "the routing thread did not answer within 1 s"},
                        {"next_step", "see /healthz and the log"}});
  const std::vector<BrokerView>& brokers = observation.routing->brokers;
  const Verdict verdict = judge(brokers, observation.database_problem);
  Json body = json_of(verdict);
  body["brokers"] = Json::object();
  for (const BrokerView& broker : brokers) {
    Json& one = body["brokers"][broker.name];
    one = {{"status", bus::word(broker.state)}, {"enabled", broker.enabled}, {"exchanges", Json::object()}};
    for (const FeedView& feed : broker.feeds)
      one["exchanges"][feed.exchange] = {
          {"feed", bus::word(feed.state)}, {"market", feed.market}, {"instruments", feed.served}};
  }
  return page(verdict.is_ready(), body);
}

}  // namespace gw::app
