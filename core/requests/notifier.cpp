#include "core/requests/notifier.hpp"

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/log_limit.hpp"
#include "core/bus/records.hpp"
#include "core/protocol/notices.hpp"

namespace gw::requests {
namespace {

log::Limited of_ended_topics("proxy", "client");

}  // namespace

void Notifier::refused(routing::SessionId session, const routing::TopicInfo& topic, std::string_view reason) {
  if (const Subscriber* client = clients_.find(session)) client->send(protocol::refused(topic, reason, client->extras));
}

void Notifier::ended(routing::SessionId session, const routing::TopicInfo& topic, const routing::Gone& why) {
  const Subscriber* client = clients_.find(session);
  if (client == nullptr) return;
  std::string reason = "the instrument list in use has no such instrument";
  if (!why.renamed_to.empty()) reason += ", it is called " + why.renamed_to + " now";
  if (!why.other_instrument_at.empty())
    reason = "broker " + why.other_instrument_at + " has another instrument under this name";
  if (!why.expired_on.empty()) reason = "its last day was " + why.expired_on;
  of_ended_topics.warning(*client->name, *client->name + ": " + topic.symbol + '.' + topic.exchange + " mode " +
                                             std::to_string(topic.stream.mode) + " ended: " + reason);
  client->send(protocol::ended(topic, why, client->extras));
}

void Notifier::subscription_changed(routing::TopicId topic, std::span<const routing::SessionId> sessions) {
  for (const routing::SessionId session : sessions)
    if (Subscriber* client = clients_.find_open(session)) catch_up_->add_status(*client, topic);
}

void Notifier::tell_users_of(routing::BrokerId broker, const std::string& text) {
  clients_.for_each_open([&](Subscriber& client) {
    if (client.extras && router_->broker_of(client.id) == broker) client.send(text);
  });
}

void Notifier::broker_changed(routing::BrokerId broker) {
  const routing::Broker& table = router_->brokers()[broker];
  tell_users_of(broker, protocol::broker_status(table.setup().name, bus::word(table.state()),
                                                table.available() ? table.state_message() : table.setup().unavailable,
                                                wall_ns()));
}

// A feed whose state is unknown is told as quiet, but only where clients were told last that it does not live.
void Notifier::feed_changed(routing::BrokerId broker) {
  const routing::Broker& table = router_->brokers()[broker];
  const routing::Feed feed = table.feeds().worst();
  ToldFeed& told = told_feeds_[broker];
  if (feed.state == bus::FeedState::unknown && told.status == "live") return;
  if (told.status == bus::word(feed.state) && told.exchanges == feed.exchanges) return;
  told = {bus::word(feed.state), feed.exchanges};
  tell_users_of(broker, protocol::feed_status(table.setup().name, feed));
}

void Notifier::switched(routing::GroupId group, std::string_view why) {
  const routing::BrokerGroup& l = router_->group(group);
  const std::string& broker = router_->brokers()[l.broker()].setup().name;
  log::warning("proxy", std::string(why) + ": " + std::to_string(l.interests.size()) + " instruments of " +
                            (l.key.empty() ? "the default brokers" : "brokers " + l.key.substr(0, l.key.size() - 1)) +
                            " move to broker " + broker);
  tell_epoch(group, why);
}

void Notifier::renumbered(routing::GroupId group) {
  tell_epoch(group, "a client came from other brokers: seq goes on from the higher number");
}

void Notifier::tell_epoch(routing::GroupId group, std::string_view why) {
  const routing::BrokerGroup& l = router_->group(group);
  const std::string text =
      protocol::broker_status(router_->brokers()[l.broker()].setup().name, "switched", why, wall_ns(), l.epoch);
  clients_.for_each_open([&](Subscriber& client) {
    if (client.extras && client.account && router_->clients()[client.id].group == group) client.send(text);
  });
}

}  // namespace gw::requests
