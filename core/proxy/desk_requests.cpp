// Who a client is, what it asks for, and the answers that take no time. The others: desk_jobs.cpp.
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/protocol/answers.hpp"
#include "core/protocol/notices.hpp"
#include "core/proxy/desk.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {
namespace {

constexpr int kBadAuthentication = 4401;

}  // namespace

void Desk::refuse_authentication(Subscriber& client, std::string_view code, std::string_view message) {
  log::info("proxy", client.describe() + " refused: " + std::string(message) + ", closed with 4401");
  send(client, protocol::error(code, message));
  close(client, kBadAuthentication, "authentication");
}

void Desk::authenticate(Subscriber& client, const protocol::Request& request) {
  if (request.action != protocol::Action::authenticate || request.api_key.empty())
    return refuse_authentication(client, "AUTHENTICATION_REQUIRED",
                                 "First message must be authentication with API key");
  client.account = keys_->check(request.api_key, wall_ns());
  if (!client.account) return refuse_authentication(client, "INVALID_API_KEY", "Invalid API key");
  std::size_t& of_this_key = by_key_[client.account->key_id];
  if (of_this_key >= options_.connections_per_key) {
    log::warning("proxy", client.describe() + " refused: its key has limits.connections_per_key clients already");
    client.account.reset();
    return close(client, 4429, "too many connections: limits.connections_per_key");
  }
  ++of_this_key;
  client.extras = request.extras;
  client.lineup = lineup_of(*client.account);
  const routing::Lineup& lineup = router_->lineup(client.lineup);
  const routing::BrokerTable& table = router_->broker(lineup.broker());
  router_->open(client.id, client.lineup, client.extras ? routing::Variant::extras : routing::Variant::plain,
                client.deflated, options_.subscriptions_per_client);
  if (log::enabled(log::Level::info))
    log::info("proxy", client.describe() + " authenticated, served by broker " + table.setup().name +
                           (table.setup().simulated ? " (simulated prices)" : ""));
  link(client.id).call([id = client.id, extras = client.extras, user = client.account->user,
                        key = client.account->key_id](Shard& shard) {
    if (ClientSession* session = shard.find(id)) session->admit(extras, user, key);
  });
  const protocol::AuthenticatedExtras extras{client.account->user, table.setup().name, table.setup().simulated,
                                             bus::word(table.state()), lineup.epoch};
  send(client, protocol::authenticated(client.extras ? &extras : nullptr, request.id_json));
  if (!client.extras) return;
  send(client,
       protocol::broker_status(table.setup().name, bus::word(table.state()),
                               table.available() ? table.state_message() : table.setup().unavailable, wall_ns()));
  if (const std::string old = list_warning(lineup.broker()); !old.empty())
    send(client, protocol::broker_status(table.setup().name, bus::word(table.state()), old, wall_ns()));
  const routing::Feed feed = table.feeds().worst();
  if (feed.state == bus::FeedState::stale || feed.state == bus::FeedState::quiet)
    send(client, protocol::feed_status(table.setup().name, feed));
}

// Clients with extras may ask for any depth level that some broker has.
void Desk::refuse_other_levels(const Subscriber& client, protocol::Request& r) const {
  for (protocol::Entry& entry : r.entries) {
    if (!entry.other_level || (client.extras && router_->has_depth_level(entry.stream.depth_level))) continue;
    entry.error = protocol::invalid_depth_level();
    if (!r.batch) r.error = entry.error;
  }
}

void Desk::handle(Subscriber& client, Asked asked) {
  if (asked.request.action == protocol::Action::subscribe) refuse_other_levels(client, asked.request);
  const protocol::Request& r = asked.request;
  const routing::BrokerTable& table = router_->broker(router_->broker_of(client.id));
  if (r.error && r.action != protocol::Action::authenticate) {
    send(client, protocol::error(r.error->code, r.error->message, r.id_json));
    return request_done(client, asked.bytes);
  }
  switch (r.action) {
    case protocol::Action::subscribe:
    case protocol::Action::unsubscribe:
    case protocol::Action::unsubscribe_all:
    case protocol::Action::list:
    case protocol::Action::search:
      return start_job(client, std::move(asked));
    case protocol::Action::ping:
      send(client, protocol::pong(wall_ns(), r.id_json));
      break;
    case protocol::Action::get_broker_info:
      send(client, protocol::broker_info(table.setup().name, table.setup().simulated, bus::word(table.state()),
                                         table.setup().capabilities, r.id_json));
      break;
    case protocol::Action::authenticate:
      send(client, protocol::error("INVALID_ACTION", "Invalid action: authenticate", r.id_json));
      break;
    case protocol::Action::invalid:
      break;
  }
  request_done(client, asked.bytes);
}

}  // namespace gw::proxy
