// What a shard's clients are told of users, brokers and markets, and which brokers serve whom.
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/proxy/shard.hpp"
#include "core/proxy/wire/notices.hpp"

namespace gw::proxy {

void Shard::set_keys(std::shared_ptr<const accounts::KeyRing> keys) {
  keys_ = std::move(keys);
  for (const auto& session : sessions_) {
    if (session == nullptr || !session->account()) continue;
    if (const accounts::KeySession* now = keys_->find(session->account()->key_id, wall_ns())) {
      session->set_account(*now);
      continue;
    }
    log::info("proxy", "client " + std::to_string(session->id()) + ": the key of user " + session->account()->user +
                           " was revoked, closed with 4401");
    session->close(4401, "key revoked");
  }
}

std::vector<routing::BrokerId> Shard::brokers_named(const std::vector<std::string>& names) {
  std::vector<routing::BrokerId> ids;
  for (const std::string& name : names) {
    if (const auto id = router_->find_broker(name)) {
      ids.push_back(*id);
      continue;
    }
    routing::BrokerSetup setup;
    setup.name = name;
    setup.unavailable = "Broker '" + name + "' is not configured: an operator can add it to gateway.yaml";
    ids.push_back(router_->add_broker(std::move(setup)));
  }
  return ids;
}

routing::LineupId Shard::lineup_of(const accounts::KeySession& account) {
  if (account.brokers.empty()) return routing::kDefaultLineup;
  std::string key;
  for (const std::string& name : account.brokers) key.append(name).append(1, ',');
  return router_->lineup(key, brokers_named(account.brokers));
}

Ledger Shard::ledger() const {
  Ledger sum = ended_;
  for (const auto& session : sessions_) {
    if (session == nullptr || !session->authenticated()) continue;
    sum.due += router_->owed(session->id());
    sum.delivered += session->delivered();
    sum.conflated += session->conflated() + session->waiting_updates();
    sum.lost += session->lost();
  }
  return sum;
}

void Shard::refused(routing::SessionId session, const routing::TopicInfo& topic, std::string_view reason) {
  ClientSession& client = *sessions_[session & 0xffffffU];
  client.send(wire::refused(topic, reason, client.extras()));
}

void Shard::subscription_changed(routing::TopicId topic, std::span<const routing::SessionId> sessions) {
  for (const routing::SessionId session : sessions) sessions_[session & 0xffffffU]->queue_status(topic);
}

void Shard::tell_users_of(routing::BrokerId broker, const std::string& text) {
  for (const auto& session : sessions_)
    if (session != nullptr && session->extras() && router_->lineup(session->lineup()).broker() == broker)
      session->send(text);
}

void Shard::broker_changed(routing::BrokerId broker) {
  const routing::BrokerTable& table = router_->broker(broker);
  tell_users_of(broker,
                wire::broker_status(table.setup().name, bus::word(table.state()),
                                    table.available() ? table.state_message() : table.setup().unavailable, wall_ns()));
}

void Shard::feed_changed(routing::BrokerId broker) {
  const routing::BrokerTable& table = router_->broker(broker);
  tell_users_of(broker, wire::feed_status(table.setup().name, table.feed().stale, table.feed().since_ns));
}

void Shard::switched(routing::LineupId lineup, std::string_view why) {
  const routing::Lineup& l = router_->lineup(lineup);
  const std::string& broker = router_->broker(l.broker()).setup().name;
  log::warning("proxy", std::string(why) + ": " + std::to_string(l.interests.size()) + " instruments of " +
                            (l.key.empty() ? "the default brokers" : "brokers " + l.key.substr(0, l.key.size() - 1)) +
                            " move to broker " + broker);
  const std::string text = wire::broker_status(broker, "switched", why, wall_ns(), l.epoch);
  for (const auto& session : sessions_)
    if (session != nullptr && session->extras() && session->lineup() == lineup) session->send(text);
}

std::string_view Shard::market(const std::string& exchange) {
  return markets_[exchange] = calendar::word(calendar_->status(exchange, wall_ns()));
}

void Shard::tell_markets() {
  for (auto& [exchange, told] : markets_) {
    const std::string_view now = calendar::word(calendar_->status(exchange, wall_ns()));
    if (now == told) continue;
    told = now;
    const std::string text = wire::market_status(exchange, now);
    for (const auto& session : sessions_)
      if (session != nullptr && session->follows_market(exchange)) session->send(text);
  }
}

}  // namespace gw::proxy
