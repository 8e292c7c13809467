#include "tools/broker_sim/books.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "tools/broker_sim/broker.hpp"
#include "tools/broker_sim/session.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;

// Adds one connection's subscriptions. Where several connections hold an instrument, lists of modes are joined; a
// single mode is that of the last connection.
void add_to(Json& all, const Json& more) {
  for (const auto& [instrument, modes] : more.items()) {
    Json& held = all[instrument];
    if (held.is_array() && modes.is_array()) {
      std::set<Json> both(held.begin(), held.end());
      both.insert(modes.begin(), modes.end());
      held = both;
    } else {
      held = modes;
    }
  }
}

}  // namespace

std::string books(const Broker& broker, bool with_ticks) {
  const Counts& counts = broker.counts();
  Json connections = Json::array();
  std::size_t waiting = 0;
  Json subscriptions = Json::object();
  for (const Session* session : broker.open_sessions()) {
    const Json held = session->feed().subscriptions();
    add_to(subscriptions, held);
    waiting += session->requests_waiting();
    connections.push_back({{"id", session->id()},
                           {broker.protocol().account_field(), session->account()},
                           {"address", session->address()},
                           {"instruments", session->feed().instruments()},
                           {"subscriptions", held}});
  }
  Json refused = Json::object();
  for (const auto& [status, times] : counts.refused_by_status) refused[std::to_string(status)] = times;
  Json web = Json::object();
  for (const auto& [path, answers] : counts.web)
    for (const auto& [status, times] : answers) web[path][std::to_string(status)] = times;
  Json all = {{"broker", broker.protocol().name()},
              {"connections",
               {{"open", connections.size()},
                {"total", counts.connections},
                {"most_open", counts.most_open},
                {"max_instruments", counts.max_instruments},
                {"by_address", counts.by_address},
                {"list", connections}}},
              {"logins", {{"accepted", counts.logins}, {"refused", counts.logins_refused}}},
              {"logins_refused", refused},
              {"requests",
               {{"total", counts.requests},
                {"wrong", counts.requests_wrong},
                {"waiting", waiting},
                {"by_action", counts.by_action}}},
              {"pings", counts.pings},
              {"pings_sent", counts.pings_sent},
              {"heartbeats_sent", counts.heartbeats_sent},
              {"frames_sent", counts.frames_sent},
              {"frames_dropped", counts.frames_dropped},
              {"ticks_sent", counts.ticks_sent},
              {"http", web},
              {"subscriptions", subscriptions}};
  if (with_ticks) all["ticks"] = counts.ticks;
  return all.dump();
}

}  // namespace sim
