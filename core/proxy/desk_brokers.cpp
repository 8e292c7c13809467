// What clients are told of users, brokers and markets, and which brokers serve whom.
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/protocol/notices.hpp"
#include "core/proxy/desk.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {

void Desk::set_keys(std::shared_ptr<const accounts::KeyRing> keys) {
  keys_ = std::move(keys);
  for_each([this](Subscriber& client) {
    if (!client.account) return;
    if (const accounts::KeySession* now = keys_->find(client.account->key_id, wall_ns()))
      return set_account(client, *now);
    log::info("proxy", client.describe() + ": its key was revoked, closed with 4401");
    close(client, 4401, "key revoked");
  });
}

std::vector<routing::BrokerId> Desk::brokers_named(const std::vector<std::string>& names) {
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

routing::LineupId Desk::lineup_of(const accounts::KeySession& account) {
  if (account.brokers.empty()) return routing::kDefaultLineup;
  std::string key;
  for (const std::string& name : account.brokers) key.append(name).append(1, ',');
  return router_->lineup(key, brokers_named(account.brokers));
}

// Another list of brokers may serve the user from now on.
void Desk::set_account(Subscriber& client, const accounts::KeySession& account) {
  client.account = account;
  const routing::LineupId lineup = lineup_of(account);
  if (lineup == client.lineup) return;
  client.lineup = lineup;
  const std::string& broker = router_->broker(router_->lineup(lineup).broker()).setup().name;
  if (client.extras)
    send(client, protocol::broker_status(broker, "switched", "an operator chose broker " + broker + " for this user",
                                         wall_ns(), router_->lineup(lineup).epoch));
  if (client.waiting != nullptr) *client.waiting = {};
  router_->move(client.id, lineup);
  for (const routing::TopicId topic : router_->held(client.id)) {
    queue_newest(client, topic);
    queue_status(client, topic);
  }
}

void Desk::refused(routing::SessionId session, const routing::TopicInfo& topic, std::string_view reason) {
  if (const Subscriber* client = find(session)) send(*client, protocol::refused(topic, reason, client->extras));
}

void Desk::ended(routing::SessionId session, const routing::TopicInfo& topic, const routing::Gone& why) {
  const Subscriber* client = find(session);
  if (client == nullptr) return;
  std::string reason = "the instrument list in use has no such instrument";
  if (!why.renamed_to.empty()) reason += ", it is called " + why.renamed_to + " now";
  if (!why.other_paper_at.empty()) reason = "broker " + why.other_paper_at + " has another paper under this name";
  if (!why.expired_on.empty()) reason = "its last day was " + why.expired_on;
  log::warning("proxy", client->describe() + ": " + topic.symbol + '.' + topic.exchange + " mode " +
                            std::to_string(topic.stream.mode) + " ended: " + reason);
  send(*client, protocol::ended(topic, why, client->extras));
}

void Desk::subscription_changed(routing::TopicId topic, std::span<const routing::SessionId> sessions) {
  for (const routing::SessionId session : sessions)
    if (Subscriber* client = find(session); client != nullptr && !client->closing) queue_status(*client, topic);
}

void Desk::tell_users_of(routing::BrokerId broker, const std::string& text) {
  for_each([&](Subscriber& client) {
    if (client.extras && router_->lineup(client.lineup).broker() == broker) send(client, text);
  });
}

void Desk::broker_changed(routing::BrokerId broker) {
  const routing::BrokerTable& table = router_->broker(broker);
  tell_users_of(broker, protocol::broker_status(table.setup().name, bus::word(table.state()),
                                                table.available() ? table.state_message() : table.setup().unavailable,
                                                wall_ns()));
}

// A feed of which nothing is known yet, or any more, is told as quiet to those that were told that it is stale.
void Desk::feed_changed(routing::BrokerId broker) {
  const routing::BrokerTable& table = router_->broker(broker);
  const routing::Feed feed = table.feeds().worst();
  ToldFeed& told = told_feeds_[broker];
  if (feed.state == bus::FeedState::unknown && told.status == "live") return;
  if (told.status == bus::word(feed.state) && told.exchanges == feed.exchanges) return;
  told = {bus::word(feed.state), feed.exchanges};
  tell_users_of(broker, protocol::feed_status(table.setup().name, feed));
}

void Desk::switched(routing::LineupId lineup, std::string_view why) {
  const routing::Lineup& l = router_->lineup(lineup);
  const std::string& broker = router_->broker(l.broker()).setup().name;
  log::warning("proxy", std::string(why) + ": " + std::to_string(l.interests.size()) + " instruments of " +
                            (l.key.empty() ? "the default brokers" : "brokers " + l.key.substr(0, l.key.size() - 1)) +
                            " move to broker " + broker);
  const std::string text = protocol::broker_status(broker, "switched", why, wall_ns(), l.epoch);
  for_each([&](Subscriber& client) {
    if (client.extras && client.lineup == lineup) send(client, text);
  });
}

// Tells once when the exchange is open and when not, and from then on when that changes.
void Desk::tell_market(Subscriber& client, const std::string& exchange) {
  if (!client.extras || !client.markets.insert(exchange).second) return;
  const Market now = market(exchange);
  if (const auto told = markets_.find(exchange); told != markets_.end() && told->second.status != now.status)
    return tell_markets();
  markets_[exchange] = now;
  send(client, protocol::market_status(exchange, now.status, now.source));
}

// What the calendar says, unless the ticks say otherwise.
Desk::Market Desk::market(const std::string& exchange) const {
  const calendar::MarketStatus status = calendar_->status(exchange, wall_ns());
  if (status == calendar::MarketStatus::open && router_->is_halted(exchange)) return {"halted", "feed"};
  if (status == calendar::MarketStatus::closed && router_->ticks_steadily(exchange)) return {"open", "feed"};
  return {calendar::word(status), "calendar"};
}

void Desk::tell_markets() {
  for (auto& [exchange, told] : markets_) {
    Market now = market(exchange);
    if (now.status == told.status) continue;
    // It is open again because it ticks.
    if (told.status == "halted" && now.status == "open") now.source = "feed";
    told = now;
    const std::string text = protocol::market_status(exchange, now.status, now.source);
    for_each([&, name = std::string_view(exchange)](Subscriber& client) {
      if (client.markets.contains(name)) send(client, text);
    });
  }
}

void Desk::set_calendar(std::shared_ptr<const calendar::Calendar> calendar) {
  calendar_ = std::move(calendar);
  days_second_ = 0;
  look_at_days(wall_ns());
}

// Once a second: contracts that are over end, and lists of before today are warned of when their markets begin.
void Desk::look_at_days(std::int64_t wall) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (wall / kSecond == days_second_) return;
  days_second_ = wall / kSecond;
  router_->set_expiries(instruments::Expiries(*calendar_, wall));
  for (const calendar::Exchange& exchange : calendar_->exchanges) {
    if (calendar_->status(exchange.name, wall) == calendar::MarketStatus::closed) continue;
    for (routing::BrokerId id = 0; id < router_->broker_count(); ++id) warn_of_old_list(id, exchange.name, wall);
  }
}

void Desk::warn_of_old_list(routing::BrokerId id, const std::string& exchange, std::int64_t wall) {
  const routing::BrokerTable& table = router_->broker(id);
  if (!table.available() || table.index() == nullptr || !table.setup().capabilities.has_exchange(exchange)) return;
  const instruments::ListInfo& list = table.index()->list();
  const std::string today(instruments::Expiries(*calendar_, wall).today(exchange));
  if (list.day == 0 || iso_day(list.day) >= today) return;
  OldList& old = old_lists_[id];
  std::string text = "the instrument list is not of today, " + today + ": it is the " + name_of(list) +
                     "; tokens may be other instruments' by now";
  if (old.generation == list.generation && old.text == text) return;
  old = {list.generation, std::move(text)};
  log::warning("instruments", table.setup().name + ": " + old.text);
  tell_users_of(id, protocol::broker_status(table.setup().name, bus::word(table.state()), old.text, wall));
}

std::string Desk::list_warning(routing::BrokerId id) const {
  const auto old = old_lists_.find(id);
  const auto& index = router_->broker(id).index();
  return old == old_lists_.end() || index == nullptr || index->generation() != old->second.generation
             ? std::string()
             : old->second.text;
}

}  // namespace gw::proxy
