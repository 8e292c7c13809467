// What clients ask for, and the answers. Requests for many symbols are taken in slices.
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/proxy/desk.hpp"
#include "core/proxy/shard.hpp"
#include "core/proxy/wire/answers.hpp"
#include "core/proxy/wire/notices.hpp"

namespace gw::proxy {
namespace {

constexpr int kBadAuthentication = 4401;
constexpr std::size_t kEntriesAtOnce = 64;

}  // namespace

void Desk::refuse_authentication(Subscriber& client, std::string_view code, std::string_view message) {
  log::info("proxy", client.describe() + " refused: " + std::string(message) + ", closed with 4401");
  send(client, wire::error(code, message));
  close(client, kBadAuthentication, "authentication");
}

void Desk::authenticate(Subscriber& client, const wire::Request& request) {
  if (request.action != wire::Action::authenticate || request.api_key.empty())
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
    log::info("proxy", client.describe() + " authenticated, served by broker " + table.setup().name);
  link(client.id).call([id = client.id, extras = client.extras, user = client.account->user](Shard& shard) {
    if (ClientSession* session = shard.find(id)) session->admit(extras, user);
  });
  const wire::AuthenticatedExtras extras{client.account->user, table.setup().name, bus::word(table.state()),
                                         lineup.epoch};
  send(client, wire::authenticated(client.extras ? &extras : nullptr, request.id_json));
  if (!client.extras) return;
  send(client, wire::broker_status(table.setup().name, bus::word(table.state()),
                                   table.available() ? table.state_message() : table.setup().unavailable, wall_ns()));
  if (table.feed().stale) send(client, wire::feed_status(table.setup().name, true, table.feed().since_ns));
}

void Desk::handle(Subscriber& client, Asked asked) {
  const wire::Request& r = asked.request;
  const routing::BrokerTable& table = router_->broker(router_->broker_of(client.id));
  if (r.error && r.action != wire::Action::authenticate) {
    send(client, wire::error(r.error->code, r.error->message, r.id_json));
    return request_done(client, asked.bytes);
  }
  switch (r.action) {
    case wire::Action::subscribe:
    case wire::Action::unsubscribe:
      return start_job(client, std::move(asked));
    case wire::Action::unsubscribe_all:
      client.waiting.reset();
      send(client, wire::unsubscribed_all(router_->unsubscribe_all(client.id), r.id_json));
      break;
    case wire::Action::list:
      send(client, wire::held_streams(*router_, client.id, r.id_json));
      break;
    case wire::Action::ping:
      send(client, wire::pong(wall_ns(), r.id_json));
      break;
    case wire::Action::search:
      search(client, r);
      break;
    case wire::Action::get_broker_info:
      send(client,
           wire::broker_info(table.setup().name, bus::word(table.state()), table.setup().capabilities, r.id_json));
      break;
    case wire::Action::authenticate:
      send(client, wire::error("INVALID_ACTION", "Invalid action: authenticate", r.id_json));
      break;
    case wire::Action::invalid:
      break;
  }
  request_done(client, asked.bytes);
}

void Desk::start_job(Subscriber& client, Asked asked) {
  client.job = std::make_unique<Job>(Job{std::move(asked), {}, {}});
  client.job->outcomes.reserve(client.job->asked.request.entries.size());
  take_slice(client);
}

void Desk::continue_job(routing::SessionId id) {
  Subscriber* client = find(id);
  if (client == nullptr || client->job == nullptr) return;
  take_slice(*client);
  router_->flush_demand();
}

void Desk::take_slice(Subscriber& client) {
  Job& job = *client.job;
  const wire::Request& r = job.asked.request;
  const std::size_t end = std::min(r.entries.size(), job.outcomes.size() + kEntriesAtOnce);
  while (job.outcomes.size() < end) {
    const wire::Entry& entry = r.entries[job.outcomes.size()];
    if (entry.error)
      job.outcomes.emplace_back();
    else if (r.action == wire::Action::subscribe)
      subscribe_entry(client, entry, job.outcomes);
    else
      unsubscribe_entry(client, entry, job.outcomes);
  }
  if (job.outcomes.size() < r.entries.size())
    loop_.post([this, id = client.id] { continue_job(id); });
  else
    finish_job(client);
}

void Desk::subscribe_entry(Subscriber& client, const wire::Entry& e, std::vector<routing::Outcome>& outcomes) {
  // Live updates begin once the answer is on its way.
  outcomes.push_back(router_->subscribe(client.id, e.symbol, e.exchange, e.stream,
                                        {.thinned = e.min_interval_ns != 0, .resumes = true}));
  const routing::Outcome& o = outcomes.back();
  if (o.code != routing::Code::ok || !log::enabled(log::Level::info)) return;
  if (o.is_new)
    log::info("proxy", client.describe() + " subscribed to " + e.symbol + '.' + e.exchange + " mode " + e.mode_text);
  if (o.is_new && e.stream.mode == BGW_MODE_DEPTH && o.actual_depth != e.stream.depth_level)
    log::info("proxy", "fallback: " + e.symbol + '.' + e.exchange + " depth " + std::to_string(o.actual_depth) +
                           " instead of " + std::to_string(e.stream.depth_level));
}

void Desk::unsubscribe_entry(Subscriber& client, const wire::Entry& e, std::vector<routing::Outcome>& outcomes) {
  outcomes.push_back(router_->unsubscribe(client.id, e.symbol, e.exchange, e.stream));
  if (outcomes.back().code == routing::Code::ok && log::enabled(log::Level::info))
    log::info("proxy",
              client.describe() + " unsubscribed from " + e.symbol + '.' + e.exchange + " mode " + e.mode_text);
}

void Desk::finish_job(Subscriber& client) {
  const std::unique_ptr<Job> job = std::move(client.job);
  const wire::Request& r = job->asked.request;
  if (r.action == wire::Action::subscribe) {
    answer_subscribe(client, *job);
  } else {
    const wire::Context context{router_->broker(router_->broker_of(client.id)).setup().name, client.extras, r.id_json,
                                0};
    send(client, r.batch ? wire::batch("unsubscription", r.entries, job->outcomes, context)
                         : wire::unsubscribed(r.entries.front(), job->outcomes.front(), context));
  }
  request_done(client, job->asked.bytes);
  while (!job->after.empty()) {
    Asked next = std::move(job->after.front());
    job->after.pop_front();
    handle(client, std::move(next));
    if (client.job == nullptr) continue;
    client.job->after = std::move(job->after);
    return;
  }
}

void Desk::answer_subscribe(Subscriber& client, const Job& job) {
  const wire::Request& r = job.asked.request;
  const wire::Context context{router_->broker(router_->broker_of(client.id)).setup().name, client.extras, r.id_json,
                              options_.subscriptions_per_client};
  send(client, r.batch ? wire::batch("subscription", r.entries, job.outcomes, context)
                       : wire::subscribed(r.entries.front(), job.outcomes.front(), context));
  for (std::size_t i = 0; i < job.outcomes.size(); ++i) {
    const wire::Entry& e = r.entries[i];
    const routing::Outcome& o = job.outcomes[i];
    if (e.error || o.code != routing::Code::ok || !router_->holds(client.id, o.topic)) continue;
    const routing::Topic& topic = router_->subscription(o.topic);
    if (o.is_new && topic.state == routing::SubscriptionState::failed)
      send(client, wire::refused(topic.info, topic.reason, client.extras));
    if (e.min_interval_ns != 0)
      link(client.id).call([id = client.id, t = o.topic, interval = e.min_interval_ns](Shard& shard) {
        if (ClientSession* session = shard.find(id)) session->thin(t, interval);
      });
    if (e.since && o.is_new) {
      const bool same = e.since->epoch == router_->lineup(client.lineup).epoch && client.extras;
      queue_resume(client, {o.topic, e.since->seq, 0, same});
    } else {
      router_->go_live(client.id, o.topic);
      queue_newest(client, o.topic);
    }
    queue_status(client, o.topic);
    tell_market(client, e.exchange);
  }
}

void Desk::search(Subscriber& client, const wire::Request& r) {
  const routing::BrokerTable& table = router_->broker(router_->broker_of(client.id));
  std::vector<instruments::InstrumentView> found;
  if (table.available() && table.index() != nullptr) found = table.index()->search(r.text, r.exchange, r.limit);
  send(client, wire::found_instruments(found, r.id_json));
}

}  // namespace gw::proxy
