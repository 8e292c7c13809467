// The way of a subscription, from a session's request to the demand that an adapter sees.
#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

// Of one topic, since it was joined.
std::uint64_t owed_of(const Client& client, const Topic& topic, const Client::Held& held) {
  const std::uint64_t all = topic.seq - held.seq;
  return client.variant == Variant::extras ? all : all - (topic.withheld - held.withheld);
}

}  // namespace

Router::Router(const Encoder& encoder, SessionPort& port, Clocks clocks, std::function<std::string()> new_epoch,
               RouterOptions options)
    : encoder_(encoder),
      port_(port),
      clocks_(std::move(clocks)),
      new_epoch_(std::move(new_epoch)),
      clients_(options.shards),
      log_(options.resume_memory) {}

void Router::open(SessionId session, LineupId lineup, Variant variant, bool deflated, std::size_t subscription_limit) {
  std::vector<Client>& clients = clients_[shard_of(session)];
  if (slot_of(session) >= clients.size()) clients.resize(slot_of(session) + 1);
  clients[slot_of(session)] = Client{true, lineup, variant, deflated, subscription_limit, {}, 0};
}

void Router::close(SessionId session, std::int64_t keep_ns) {
  if (keep_ns != 0)
    for (const auto& [topic, held] : client(session).held) keep(topic, clocks_.monotonic() + keep_ns);
  unsubscribe_all(session);
  client(session).open = false;
}

Outcome Router::check(const BrokerTable& table, std::string_view exchange, Stream stream) const {
  Outcome outcome;
  const registry::Capabilities& can = table.setup().capabilities;
  if (!can.has_exchange(exchange) || !can.supports_mode(exchange, static_cast<std::uint32_t>(stream.mode))) {
    outcome.code = Code::broker_limitation;
    outcome.detail = stream.mode == BGW_MODE_DEPTH ? "depth" : "mode";
    if (stream.mode != BGW_MODE_DEPTH)
      for (const int mode : {1, 2, 4})
        if (can.supports_mode(exchange, static_cast<std::uint32_t>(mode))) outcome.supported.push_back(mode);
    return outcome;
  }
  if (stream.mode == BGW_MODE_DEPTH) {
    const auto depth = can.choose_depth(exchange, table.setup().limits, stream.depth_level);
    if (!depth) {
      outcome.code = Code::broker_limitation;
      outcome.detail = "depth";
      return outcome;
    }
    outcome.actual_depth = depth->given;
    outcome.source_depth = depth->source;
  }
  return outcome;
}

Outcome Router::subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream,
                          Wish wish) {
  Client& c = client(session);
  const Lineup& l = *lineups_[c.lineup];
  const BrokerTable& active = *brokers_[l.broker()];
  Outcome outcome;
  if (!active.available()) {
    outcome.code = Code::broker_unavailable;
    outcome.detail = active.setup().unavailable;
    return outcome;
  }
  const TopicId existing = find_topic(c.lineup, symbol, exchange, stream);
  if (const auto held = c.held.find(existing); held != c.held.end()) {
    const Lane lane = wish.thinned ? Lane::thinned : lane_of(c.variant, c.deflated);
    if (!held->second.live) {
      held->second.lane = lane;
    } else if (held->second.lane != lane) {
      exit(session, existing, held->second);
      enter(session, existing, lane, held->second);
    }
    ask_again(topics_[existing]->interest);
    outcome.topic = existing;
    outcome.broker = topics_[existing]->info.broker;
    outcome.actual_depth = topics_[existing]->info.actual_depth;
    if (topics_[existing]->state == SubscriptionState::failed) outcome.refusal = topics_[existing]->reason;
    return outcome;
  }
  auto by = server_of(l, symbol, exchange);
  if (!by) by = waits_for(l, symbol, exchange);
  const BrokerTable& table = *brokers_[by.value_or(l.broker())];
  const auto row = table.row(symbol, exchange);
  const bool over = row && is_over(exchange, row->expiry);
  if (over || !by) {
    outcome.code = Code::symbol_not_found;
    outcome.gone = over ? table.gone(symbol, exchange) : gone_of(l, symbol, exchange);
    if (over) outcome.gone.expired_on = row->expiry;
    return outcome;
  }
  outcome = check(table, exchange, stream);
  outcome.broker = table.setup().name;
  if (outcome.code != Code::ok) return outcome;
  if (c.held.size() >= c.limit) {
    outcome.code = Code::subscription_limit;
    return outcome;
  }
  const InterestId interest = interest_for(c.lineup, symbol, exchange);
  const TopicId id = topic_for(interest, stream);
  ask_again(interest);
  // Also when others hold it already: what was given with fewer levels may be had in full by now.
  place(interest);
  Topic& topic = *topics_[id];
  if (!topic.placed) {
    outcome.code = Code::subscription_limit;
    outcome.detail = topic.reason;
    drop_topic_if_unused(id);
    return outcome;
  }
  join(session, id, wish);
  outcome.topic = id;
  outcome.actual_depth = topic.info.actual_depth;
  outcome.is_new = true;
  if (topic.state == SubscriptionState::failed) outcome.refusal = topic.reason;
  return outcome;
}

void Router::join(SessionId session, TopicId id, Wish wish) {
  Client& c = client(session);
  Topic& topic = *topics_[id];
  ++topic.holders;
  if (c.variant == Variant::extras) ++topic.extras_holders;
  const Lane lane = wish.thinned ? Lane::thinned : lane_of(c.variant, c.deflated);
  Client::Held& held =
      c.held.emplace(id, Client::Held{false, lane, 0, topic.seq, topic.withheld, ++order_}).first->second;
  if (!wish.resumes) enter(session, id, lane, held);
}

void Router::enter(SessionId session, TopicId id, Lane lane, Client::Held& held) {
  std::vector<SessionId>& audience = topics_[id]->audience[shard_of(session)].lanes[static_cast<std::size_t>(lane)];
  held.live = true;
  held.lane = lane;
  held.place = static_cast<std::uint32_t>(audience.size());
  audience.push_back(session);
  port_.joined(session, id, lane);
}

void Router::exit(SessionId session, TopicId id, const Client::Held& held) {
  std::vector<SessionId>& audience =
      topics_[id]->audience[shard_of(session)].lanes[static_cast<std::size_t>(held.lane)];
  audience[held.place] = audience.back();
  audience.pop_back();
  if (held.place < audience.size()) client(audience[held.place]).held[id].place = held.place;
  port_.left(session, id, held.lane, held.place);
}

void Router::leave(SessionId session, TopicId id) {
  Client& c = client(session);
  const auto held = c.held.find(id);
  Topic& topic = *topics_[id];
  if (held->second.live) {
    c.owed += owed_of(c, topic, held->second);
    exit(session, id, held->second);
  }
  --topic.holders;
  if (c.variant == Variant::extras) --topic.extras_holders;
  c.held.erase(held);
  drop_topic_if_unused(id);
}

Outcome Router::unsubscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream) {
  Client& c = client(session);
  Outcome outcome;
  outcome.code = Code::not_subscribed;
  const InterestId interest = find_interest(c.lineup, symbol, exchange);
  if (interest == kNoInterest) return outcome;
  for (const TopicId id : topics_of(interest)) {
    if (!c.held.contains(id)) continue;
    const Stream have = topics_[id]->info.stream;
    if (have.mode != stream.mode) continue;
    if (stream.mode == BGW_MODE_DEPTH && stream.depth_level != 0 && have.depth_level != stream.depth_level) continue;
    leave(session, id);
    outcome.code = Code::ok;
  }
  return outcome;
}

void Router::unsubscribe(SessionId session, TopicId topic) {
  if (holds(session, topic)) leave(session, topic);
}

std::size_t Router::unsubscribe_all(SessionId session) {
  Client& c = client(session);
  const std::size_t count = c.held.size();
  while (!c.held.empty()) leave(session, c.held.begin()->first);
  return count;
}

void Router::move(SessionId session, LineupId lineup) {
  Client& c = client(session);
  if (c.lineup == lineup) return;
  struct Moved {
    std::string symbol;
    std::string exchange;
    Stream stream;
    bool thinned;
  };
  std::vector<Moved> moved;
  std::vector<std::pair<TopicInfo, Gone>> ended;
  for (const auto& [id, held] : c.held) {
    const TopicInfo& info = topics_[id]->info;
    const Interest& i = *interests_[topics_[id]->interest];
    const auto by = server_of(*lineups_[lineup], i.symbol, i.exchange);
    if (by && !is_same_paper(i, *by))
      ended.emplace_back(info, another_paper(*by, i));
    else
      moved.push_back({info.symbol, info.exchange, info.stream, held.lane == Lane::thinned});
  }
  unsubscribe_all(session);
  c.lineup = lineup;
  for (const auto& [info, why] : ended) port_.ended(session, info, why);
  for (const Moved& wish : moved) {
    const InterestId interest = interest_for(lineup, wish.symbol, wish.exchange);
    const TopicId id = topic_for(interest, wish.stream);
    place(interest);
    join(session, id, {.thinned = wish.thinned, .resumes = false});
    const Topic& topic = *topics_[id];
    if (!topic.placed) port_.refused(session, topic.info, topic.reason);
  }
}

std::vector<TopicId> Router::held(SessionId session) const {
  std::vector<TopicId> topics;
  topics.reserve(client(session).held.size());
  for (const auto& [id, held] : client(session).held) topics.push_back(id);
  return topics;
}

std::uint64_t Router::owed(SessionId session) const {
  const Client& c = client(session);
  std::uint64_t sum = c.owed;
  for (const auto& [id, held] : c.held)
    if (held.live) sum += owed_of(c, *topics_[id], held);
  return sum;
}

void Router::flush_demand() {
  const std::int64_t now = clocks_.monotonic();
  for (const auto& table : brokers_) table->flush_demand(now);
}

}  // namespace gw::routing
