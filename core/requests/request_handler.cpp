#include "core/requests/request_handler.hpp"

#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log_limit.hpp"
#include "core/bus/records.hpp"
#include "core/protocol/answers.hpp"
#include "core/protocol/notices.hpp"

namespace gw::requests {
namespace {

constexpr int kBadAuthentication = 4401;
constexpr int kTooMany = 4429;

log::Limited of_refusals("proxy", "client");
log::Limited of_authentications("proxy", "client");
log::Limited of_ended_keys("proxy", "client");
log::Limited of_refused_requests("proxy", "client");

}  // namespace

RequestHandler::RequestHandler(event_loop::EventLoop& loop, routing::Router& router, Clients& clients,
                               CatchUp& catch_up, MarketDays& markets, const RequestOptions& options)
    : loop_(loop),
      router_(router),
      clients_(clients),
      catch_up_(catch_up),
      markets_(markets),
      broker_choice_(router),
      options_(options),
      jobs_(router, catch_up, markets, options_, counts_),
      keys_(std::make_shared<const accounts::KeyRing>()) {
  loop.add_bulk([this] { return take_slice(); });
}

// ---- what may change while clients are there

void RequestHandler::set_options(const RequestOptions& options) {
  options_ = options;
  clients_.for_each_open([this](Subscriber& client) {
    if (client.account) router_.set_limit(client.id, options_.subscriptions_per_client);
  });
}

void RequestHandler::set_keys(std::shared_ptr<const accounts::KeyRing> keys) {
  keys_ = std::move(keys);
  clients_.for_each_open([this](Subscriber& client) {
    if (!client.account) return;
    const accounts::KeySession* now = keys_->find(*client.account, wall_ns());
    if (now != nullptr) return set_account(client, *now);
    of_ended_keys.info(*client.name, *client.name + ": its key was revoked, closed with 4401");
    client.close(kBadAuthentication, "key revoked");
  });
}

void RequestHandler::end_expired(std::int64_t wall) {
  clients_.for_each_open([&](const Subscriber& client) {
    if (!client.account || client.account->expires_ns == 0 || wall <= client.account->expires_ns) return;
    of_ended_keys.info(*client.name, *client.name + ": its key expired, closed with 4401");
    client.close(kBadAuthentication, "key expired");
  });
}

// Another list of brokers may serve the user from now on.
void RequestHandler::set_account(Subscriber& client, const accounts::KeySession& account) {
  client.account = account;
  const routing::GroupId group = broker_choice_.group_of(account);
  if (group == router_.clients()[client.id].group) return;
  const std::string& broker = router_.brokers()[router_.group(group).broker()].setup().name;
  if (client.extras)
    client.send(protocol::broker_status(broker, "switched", "an operator chose broker " + broker + " for this user",
                                        wall_ns(), router_.group(group).epoch));
  catch_up_.drop_all(client);
  router_.move(client.id, group);
  catch_up_.add_held(client);
}

void RequestHandler::collect_ledger(const Clients::Inboxes& inboxes, std::function<void(const session::Ledger&)> done) {
  struct Sum {
    session::Ledger ledger;
    std::size_t left;
    std::function<void(const session::Ledger&)> done;
  };
  auto sum = std::make_shared<Sum>(Sum{{ended_expected_, 0, 0, 0}, inboxes.size(), std::move(done)});
  clients_.for_each_open([&](const Subscriber& client) {
    if (client.account) sum->ledger.expected += router_.clients().expected_updates(client.id);
  });
  for (const auto& inbox : inboxes)
    inbox->call([this, sum](session::Shard& shard) {
      loop_.post([sum, ledger = shard.ledger()] {
        sum->ledger += ledger;
        if (--sum->left == 0) sum->done(sum->ledger);
      });
    });
}

// ---- sessions

void RequestHandler::opened(routing::SessionId id, std::shared_ptr<const std::string> name, bool deflated) {
  clients_.add(id, std::move(name), deflated);
}

void RequestHandler::leaving(routing::SessionId id, bool lingers) {
  Subscriber& client = *clients_.find(id);
  if (client.account) {
    key_uses_.end(client.account->key_id, wall_ns());
    ended_expected_ += router_.clients().expected_updates(id);
    router_.close(id, lingers && client.extras ? options_.resume_time_ns : 0);
    router_.flush_demand();
  }
  client.closing = true;
  client.job.reset();
  client.asked.clear();
  client.waiting.reset();
}

void RequestHandler::closed(routing::SessionId id) {
  session::ShardInbox& inbox = clients_.find(id)->inbox;
  clients_.remove(id);
  inbox.call([id](session::Shard& shard) { shard.forget(id); });
}

void RequestHandler::fill(routing::SessionId id, std::size_t room) {
  if (Subscriber* client = clients_.find_open(id)) catch_up_.fill(*client, room);
}

void RequestHandler::last_published(routing::SessionId id, const std::vector<routing::TopicId>& topics,
                                    session::FrameKind kind) {
  const Subscriber* client = clients_.find_open(id);
  if (client == nullptr) return;
  for (const routing::TopicId topic : topics) client->send_frame(topic, router_.last_published(id, topic), kind);
}

// ---- requests

// Snapshots and states go out with the answer, as far as the room that was lent with the request allows: a request for
// one symbol needs no second trip.
void RequestHandler::asked(routing::SessionId id, protocol::Request request, std::size_t bytes, std::size_t room) {
  Subscriber* client = clients_.find_open(id);
  if (client == nullptr) return;
  client->has_room = room != 0;
  decide(*client, {std::move(request), bytes});
  if (std::exchange(client->has_room, false)) catch_up_.fill(*client, room);
  router_.flush_demand();
}

void RequestHandler::decide(Subscriber& client, Asked asked) {
  if (!client.account) {
    const bool has_key = asked.request.action == protocol::Action::authenticate && !asked.request.api_key.empty();
    if (has_key && asked.request.error)
      client.send(protocol::error(asked.request.error->code, asked.request.error->message));
    else
      authenticate(client, asked.request);
    client.request_done(asked.bytes);
  } else if (client.job != nullptr || !client.asked.empty()) {
    client.asked.push_back(std::move(asked));
  } else {
    handle(client, std::move(asked));
    if (client.job != nullptr) busy_.push_back(client.id);
  }
}

// Does one slice for one of the busy clients, in turn, between two steps of ticks.
bool RequestHandler::take_slice() {
  if (busy_.empty()) return false;
  const routing::SessionId id = busy_.front();
  busy_.pop_front();
  Subscriber* client = clients_.find_open(id);
  if (client == nullptr) return true;
  if (client->job != nullptr) {
    jobs_.go_on(*client);
  } else if (!client->asked.empty()) {
    Asked next = std::move(client->asked.front());
    client->asked.pop_front();
    handle(*client, std::move(next));
  }
  if (client->job != nullptr || !client->asked.empty()) busy_.push_back(id);
  router_.flush_demand();
  return true;
}

void RequestHandler::handle(Subscriber& client, Asked asked) {
  if (asked.request.action == protocol::Action::subscribe) refuse_other_levels(client, asked.request);
  const protocol::Action action = asked.request.action;
  if (!answer(client, asked.request)) return jobs_.start(client, std::move(asked));
  const bool is_known = action != protocol::Action::authenticate && action != protocol::Action::invalid;
  counts_.add(action, is_known && !asked.request.error ? Result::success : Result::error);
  client.request_done(asked.bytes);
}

// False: the answer takes time, and a job must make it.
bool RequestHandler::answer(const Subscriber& client, const protocol::Request& r) const {
  if (r.error && r.action != protocol::Action::authenticate) {
    of_refused_requests.info(*client.name, *client.name + " was answered " + std::string(r.error->code) + ": " +
                                               std::string(r.error->message));
    client.send(protocol::error(r.error->code, r.error->message, r.id_json));
    return true;
  }
  switch (r.action) {
    case protocol::Action::subscribe:
    case protocol::Action::unsubscribe:
    case protocol::Action::unsubscribe_all:
    case protocol::Action::list:
    case protocol::Action::search:
      return false;
    case protocol::Action::ping:
      client.send(protocol::pong(wall_ns(), r.id_json));
      return true;
    case protocol::Action::get_broker_info: {
      const routing::Broker& table = router_.brokers()[router_.broker_of(client.id)];
      client.send(protocol::broker_info(table.setup().name, table.setup().simulated, bus::word(table.state()),
                                        table.setup().capabilities, r.id_json));
      return true;
    }
    case protocol::Action::authenticate:
      client.send(protocol::error("INVALID_ACTION", "Invalid action: authenticate", r.id_json));
      return true;
    case protocol::Action::invalid:
      return true;
  }
  return true;
}

// Clients with extras may ask for any depth level that some broker has.
void RequestHandler::refuse_other_levels(const Subscriber& client, protocol::Request& r) const {
  for (protocol::Entry& entry : r.entries) {
    if (!entry.other_level || (client.extras && router_.has_depth_level(entry.stream.depth_level))) continue;
    entry.error = protocol::invalid_depth_level();
    if (!r.batch) r.error = entry.error;
  }
}

// ---- authentication

void RequestHandler::refuse_authentication(Subscriber& client, const protocol::Request& request, Refusal why,
                                           std::string_view code, std::string_view message) {
  counts_.refuse(why);
  // A wrong key needs somebody to look; a stranger who sends none does not.
  of_refusals.write(why == Refusal::bad_key ? log::Level::warning : log::Level::info, *client.name,
                    *client.name + " refused: " + std::string(message) + ", closed with 4401");
  client.send(protocol::error(code, message, request.id_json));
  client.close(kBadAuthentication, "authentication");
}

void RequestHandler::authenticate(Subscriber& client, const protocol::Request& request) {
  if (request.action != protocol::Action::authenticate || request.api_key.empty())
    return refuse_authentication(client, request, Refusal::no_key, "AUTHENTICATION_REQUIRED",
                                 "First message must be authentication with API key");
  std::optional<accounts::KeySession> account = keys_->check(request.api_key, wall_ns());
  if (!account) return refuse_authentication(client, request, Refusal::bad_key, "INVALID_API_KEY", "Invalid API key");
  client.name = std::make_shared<const std::string>(client.name->substr(0, client.name->size() - 1) + ", user " +
                                                    account->user + ", key " + std::to_string(account->key_id) +
                                                    (account->label.empty() ? "" : ' ' + account->label) + ')');
  if (key_uses_.clients_of(account->key_id) >= options_.connections_per_key) {
    counts_.refuse(Refusal::too_many);
    of_refusals.warning(*client.name,
                        *client.name + " refused: its key has limits.connections_per_key clients already");
    return client.close(kTooMany, "too many connections: limits.connections_per_key");
  }
  key_uses_.begin(account->key_id);
  client.account = std::move(account);
  admit(client, request);
}

void RequestHandler::admit(Subscriber& client, const protocol::Request& request) {
  counts_.add(protocol::Action::authenticate, Result::success);
  client.extras = request.extras;
  const routing::GroupId group = broker_choice_.group_of(*client.account);
  const routing::Broker& table = router_.brokers()[router_.group(group).broker()];
  router_.open(client.id, group, client.extras ? routing::Variant::extras : routing::Variant::plain, client.deflated,
               options_.subscriptions_per_client);
  if (log::enabled(log::Level::info))
    of_authentications.info(*client.name, *client.name + " authenticated, served by broker " + table.setup().name +
                                              (table.setup().simulated ? " (simulated prices)" : ""));
  client.tell([extras = client.extras, name = client.name, key = client.account->key_id](session::ClientSession& s) {
    s.admit(extras, name, key);
  });
  const protocol::AuthenticatedExtras extras{client.account->user, table.setup().name, table.setup().simulated,
                                             bus::word(table.state()), router_.group(group).epoch};
  client.send(protocol::authenticated(client.extras ? &extras : nullptr, request.id_json));
  if (client.extras) tell_broker(client);
}

void RequestHandler::tell_broker(const Subscriber& client) const {
  const routing::BrokerId broker = router_.broker_of(client.id);
  const routing::Broker& table = router_.brokers()[broker];
  client.send(protocol::broker_status(table.setup().name, bus::word(table.state()),
                                      table.available() ? table.state_message() : table.setup().unavailable,
                                      wall_ns()));
  if (const std::string old = markets_.list_warning(broker); !old.empty())
    client.send(protocol::broker_status(table.setup().name, bus::word(table.state()), old, wall_ns()));
  const routing::Feed feed = table.feeds().worst();
  if (feed.state == bus::FeedState::stale || feed.state == bus::FeedState::quiet)
    client.send(protocol::feed_status(table.setup().name, feed));
}

}  // namespace gw::requests
