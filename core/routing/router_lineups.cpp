// Interests and their topics: how they come and go, what they want of their brokers' routes, and what their holders are
// told.
#include <algorithm>

#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

std::string name_of(std::string_view symbol, std::string_view exchange) {
  std::string text;
  text.reserve(symbol.size() + exchange.size() + 1);
  text.append(symbol).append(1, '\n').append(exchange);
  return text;
}

}  // namespace

LineupId Router::lineup(std::string_view key, const std::vector<BrokerId>& order) {
  for (std::size_t i = 0; i < lineups_.size(); ++i)
    if (lineups_[i]->key == key) return static_cast<LineupId>(i);
  auto made = std::make_unique<Lineup>();
  made->key = key;
  made->order = order;
  made->epoch = new_epoch_();
  lineups_.push_back(std::move(made));
  const auto id = static_cast<LineupId>(lineups_.size() - 1);
  Lineup& l = *lineups_[id];
  if (const auto better = better_place(l)) l.active = *better;
  l.standby = standby_of(l);
  if (id == kDefaultLineup)
    for (BrokerId broker = 0; broker < brokers_.size(); ++broker) keep_canaries(broker);
  return id;
}

InterestId Router::find_interest(LineupId lineup, std::string_view symbol, std::string_view exchange) const {
  const auto& interests = lineups_[lineup]->interests;
  const auto found = interests.find(name_of(symbol, exchange));
  return found == interests.end() ? kNoInterest : found->second;
}

TopicId Router::find_topic(LineupId lineup, std::string_view symbol, std::string_view exchange, Stream stream) const {
  const InterestId interest = find_interest(lineup, symbol, exchange);
  if (interest == kNoInterest) return kNoTopic;
  const Interest& i = *interests_[interest];
  if (const std::size_t slot = slot_of(stream); slot < kStreams) return i.topics[slot];
  for (const TopicId id : i.other_levels)
    if (topics_[id]->info.stream == stream) return id;
  return kNoTopic;
}

std::vector<TopicId> Router::topics_of(InterestId id) const {
  std::vector<TopicId> all;
  interests_[id]->for_each_topic([&all](TopicId topic) { all.push_back(topic); });
  return all;
}

InterestId Router::interest_for(LineupId lineup, std::string_view symbol, std::string_view exchange) {
  if (const InterestId known = find_interest(lineup, symbol, exchange); known != kNoInterest) return known;
  auto made = std::make_unique<Interest>();
  made->symbol = symbol;
  made->exchange = exchange;
  made->lineup = lineup;
  for (const BrokerId broker : lineups_[lineup]->order)
    if (const auto row = brokers_[broker]->row(symbol, exchange); row && made->expiry.empty())
      made->expiry = row->expiry;
  InterestId id = 0;
  if (free_interests_.empty()) {
    id = static_cast<InterestId>(interests_.size());
    interests_.push_back(std::move(made));
  } else {
    id = free_interests_.back();
    free_interests_.pop_back();
    interests_[id] = std::move(made);
  }
  Lineup& l = *lineups_[lineup];
  l.interests.emplace(name_of(symbol, exchange), id);
  ++l.exchanges[std::string(exchange)];
  serve(id);
  return id;
}

TopicId Router::topic_for(InterestId interest, Stream stream) {
  Interest& i = *interests_[interest];
  if (const TopicId known = find_topic(i.lineup, i.symbol, i.exchange, stream); known != kNoTopic) return known;
  TopicId id = 0;
  if (free_topics_.empty()) {
    id = static_cast<TopicId>(topics_.size());
    topics_.push_back(std::make_unique<Topic>());
  } else {
    id = free_topics_.back();
    free_topics_.pop_back();
    topics_[id] = std::make_unique<Topic>();
  }
  if (const std::size_t slot = slot_of(stream); slot < kStreams)
    i.topics[slot] = id;
  else
    i.other_levels.push_back(id);
  Topic& t = *topics_[id];
  t.interest = interest;
  t.published = i.lineup == kDefaultLineup;
  // One is left out: who held a topic of this name before has missed something.
  if (const std::uint64_t floor = lineups_[i.lineup]->seq_floor; floor != 0) t.seq = floor + 1;
  t.audience.resize(clients_.size());
  t.info.symbol = i.symbol;
  t.info.exchange = i.exchange;
  t.info.stream = stream;
  t.name = i.symbol + '.' + i.exchange + '.' + std::to_string(stream.mode);
  ++i.topic_count;
  return id;
}

void Router::drop_topic_if_unused(TopicId id) {
  Topic& t = *topics_[id];
  if (t.pinned || t.holders != 0 || t.kept_until_ns != 0) return;
  const InterestId interest = t.interest;
  Interest& i = *interests_[interest];
  Lineup& l = *lineups_[i.lineup];
  if (const std::size_t slot = slot_of(t.info.stream); slot < kStreams)
    i.topics[slot] = kNoTopic;
  else
    std::erase(i.other_levels, id);
  l.seq_floor = std::max(l.seq_floor, t.seq);
  free_topics_.push_back(id);
  if (--i.topic_count != 0) {
    if (!i.ends) place(interest);
    return;
  }
  detach(i.served, interest, &Route::served);
  detach(i.standby, interest, &Route::standing_by);
  l.interests.erase(name_of(i.symbol, i.exchange));
  if (const auto at = l.exchanges.find(i.exchange); --at->second == 0) l.exchanges.erase(at);
  wait(interest, false);
  interests_[interest].reset();
  free_interests_.push_back(interest);
}

void Router::attach(Leg& leg, InterestId id, BrokerId broker, std::vector<InterestId> Route::*list) {
  leg = {.broker = broker};
  if (!may_serve(broker, *lineups_[interests_[id]->lineup], interests_[id]->symbol, interests_[id]->exchange)) return;
  const auto handle = brokers_[broker]->route_for(interests_[id]->symbol, interests_[id]->exchange);
  if (!handle) return;
  leg.handle = *handle;
  (brokers_[broker]->route(*handle)->*list).push_back(id);
}

void Router::detach(Leg& leg, InterestId id, std::vector<InterestId> Route::*list) {
  const Leg old = std::exchange(leg, Leg{});
  if (old.handle == kNoHandle) return;
  std::erase(brokers_[old.broker]->route(old.handle)->*list, id);
  ask(old.broker, old.handle);
}

// Wants of a route what its legs together need; false when the broker's limits do not allow it. A stream that the
// broker has refused is asked for only while no leg needs another one: the others would get nothing.
bool Router::ask(BrokerId broker, std::uint32_t handle) {
  BrokerTable& table = *brokers_[broker];
  const Route& r = *table.route(handle);
  std::uint32_t mode = 0;
  std::uint32_t depth = 0;
  const auto add = [&](std::uint32_t Leg::*leg_mode, std::uint32_t Leg::*leg_depth) {
    const auto add_leg = [&](const Leg& leg) {
      mode = std::max(mode, leg.*leg_mode);
      depth = std::max(depth, leg.*leg_depth);
    };
    for (const InterestId id : r.served) add_leg(interests_[id]->served);
    for (const InterestId id : r.standing_by) add_leg(interests_[id]->standby);
  };
  add(&Leg::mode, &Leg::depth);
  if (mode == 0) add(&Leg::refused_mode, &Leg::refused_depth);
  return table.want(handle, mode, depth);
}

void Router::set_state(TopicId id, SubscriptionState state) {
  Topic& t = *topics_[id];
  t.reason.clear();
  if (t.state == state) return;
  t.state = state;
  t.quiet = false;
  tell_extras(id);
}

void Router::tell_extras(TopicId id) {
  for (const Audience& audience : topics_[id]->audience)
    for (const Lane lane : {Lane::extras, Lane::extras_deflated, Lane::thinned})
      if (const auto& sessions = audience.lanes[static_cast<std::size_t>(lane)]; !sessions.empty())
        port_.subscription_changed(id, sessions);
}

// Each reason is told once to those who hold the topic.
void Router::fail(TopicId id, std::string_view reason) {
  Topic& t = *topics_[id];
  if (t.state == SubscriptionState::failed && t.reason == reason) return;
  t.state = SubscriptionState::failed;
  t.reason = reason;
  tell_refused(id, reason);
}

void Router::tell_refused(TopicId id, std::string_view reason) {
  const Topic& t = *topics_[id];
  for (const Audience& audience : t.audience)
    for (const auto& sessions : audience.lanes)
      for (const SessionId session : sessions) port_.refused(session, t.info, reason);
  tell_extras(id);
}

// After a loss every subscription has to be confirmed anew.
void Router::forget_active(BrokerId broker) {
  for (TopicId id = 0; id < topics_.size(); ++id) {
    const Topic& t = *topics_[id];
    if (t.state == SubscriptionState::active && t.holders != 0 && t.broker == broker)
      set_state(id, SubscriptionState::pending);
  }
}

void Router::forget_active(const Interest& interest) {
  interest.for_each_topic([this](TopicId topic) {
    if (topics_[topic]->state == SubscriptionState::active) set_state(topic, SubscriptionState::pending);
  });
}

}  // namespace gw::routing
