#include "apps/gateway/top/top_state.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "apps/gateway/json_fields.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::string group_line(const Json& group) {
  std::string order;
  for (const Json& name : group.value("brokers", Json::array()))
    order += (order.empty() ? "" : ", ") + name.get<std::string>();
  std::string text = "users of [" + order + "]: " + group.value("serving", "");
  if (group.contains("standby") && group["standby"].is_string())
    text += ", standby " + group["standby"].get<std::string>();
  return text + ", " + std::to_string(count_field(group, "instruments")) + " instruments";
}

}  // namespace

void TopState::Rate::apply(std::uint64_t now_count, double now) {
  if (at >= 0 && now > at && now_count >= count)
    rate = static_cast<double>(now_count - count) / (now - at);
  else if (now_count < count)
    rate = -1;
  count = now_count;
  at = now;
}

TopState::Rate& TopState::rate_of(const std::string& broker) {
  const auto known = std::find_if(broker_rates_.begin(), broker_rates_.end(),
                                  [&](const BrokerRate& one) { return one.name == broker; });
  if (known != broker_rates_.end()) return known->updates;
  return broker_rates_.emplace_back(BrokerRate{broker, {}}).updates;
}

void TopState::apply(const Json& status, const Json& limits, double seconds, double wall) {
  trouble_.clear();
  port_ = count_field(status, "port");
  clients_ = count_field(status, "clients");
  const Json ledger = status.value("ledger", Json::object());
  updates_.apply(count_field(status, "updates"), seconds);
  deliveries_.apply(count_field(ledger, "delivered"), seconds);
  conflated_.apply(count_field(ledger, "conflated"), seconds);
  lost_ = count_field(ledger, "lost");
  groups_.clear();
  for (const Json& group : status.value("groups", Json::array())) groups_.push_back(group_line(group));
  brokers_.clear();
  const Json bounds = limits.value("brokers", Json::object());
  for (const Json& broker : status.value("brokers", Json::array())) {
    BrokerRow row;
    row.name = broker.value("name", "");
    row.state = broker.value("status", "");
    row.feed = broker.value("feed", "");
    row.message = broker.value("message", "");
    row.simulated = broker.value("simulated", false);
    row.lag = broker.value("lag", 0.0);
    if (const double last = broker.value("last_tick", 0.0); last > 0) row.age = std::max(0.0, wall - last);
    row.connections = count_field(broker, "connections");
    row.instruments = count_field(broker, "subscribed");
    Rate& rate = rate_of(row.name);
    rate.apply(count_field(broker, "updates"), seconds);
    row.rate = rate.rate;
    const Json bound = bounds.value(row.name, Json::object());
    row.most_connections = count_field(bound, "connections");
    row.most_instruments = row.most_connections * count_field(bound, "instruments_per_connection");
    brokers_.push_back(std::move(row));
  }
}

Json TopState::json() const {
  const auto known = [](double rate) { return rate < 0 ? Json(nullptr) : Json(rate); };
  const auto bound = [](std::uint64_t most) { return most == 0 ? Json(nullptr) : Json(most); };
  Json out = {{"port", port_},
              {"clients", clients_},
              {"clients_limit", most_clients_},
              {"updates_per_second", known(updates())},
              {"deliveries_per_second", known(deliveries())},
              {"conflated_per_second", known(conflated())},
              {"lost", lost_},
              {"brokers", Json::array()}};
  for (const BrokerRow& row : brokers_)
    out["brokers"].push_back({{"name", row.name},
                              {"status", row.state},
                              {"feed", row.feed},
                              {"message", row.message},
                              {"simulated", row.simulated},
                              {"updates_per_second", known(row.rate)},
                              {"lag", row.lag},
                              {"age", known(row.age)},
                              {"connections", row.connections},
                              {"connections_limit", bound(row.most_connections)},
                              {"instruments", row.instruments},
                              {"instruments_limit", bound(row.most_instruments)}});
  return out;
}

}  // namespace gw::app
