// Which broker serves whom: interests and their topics at the brokers of a lineup, what each broker can give of them,
// and the switch from one to the next.
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

// Asks the leg's broker for the richest of what it can give of the interest's topics; where its limits do not allow
// that, for fewer levels. False when there is no room at all: the leg is then as it was.
bool Router::grant(Leg& leg, const Interest& interest) {
  if (leg.handle == kNoHandle) return false;
  const BrokerTable& table = *brokers_[leg.broker];
  std::uint32_t mode = 0;
  int depth = 0;
  const auto add = [&](bool with_refused) {
    interest.for_each_topic([&](TopicId id) {
      const Stream stream = topics_[id]->info.stream;
      const Outcome can = check(table, interest.exchange, stream);
      if (can.code != Code::ok) return;
      const auto wants = static_cast<std::uint32_t>(stream.mode);
      std::optional<int> level = can.source_depth;
      if (!with_refused && wants == BGW_MODE_DEPTH) level = depth_not_refused(leg, interest.exchange, *level);
      if (!level || (!with_refused && wants != BGW_MODE_DEPTH && table.refusal(leg.handle, wants, 0) != nullptr))
        return;
      mode = std::max(mode, wants);
      depth = std::max(depth, *level);
    });
  };
  add(false);
  const Leg before = leg;
  leg = {leg.broker, leg.handle, mode, static_cast<std::uint32_t>(depth)};
  if (mode == 0) {
    // The broker has refused all of it. It stays wanted, because data may come all the same.
    add(true);
    leg.refused_mode = mode;
    leg.refused_depth = static_cast<std::uint32_t>(depth);
    return ask(leg.broker, leg.handle);
  }
  if (ask(leg.broker, leg.handle)) return true;
  // Who asks for exactly this level goes before who is served by a cut from it.
  if (!is_cut(interest) && take_from_a_cut(leg.broker, leg.depth) && ask(leg.broker, leg.handle)) return true;
  const auto levels = table.setup().capabilities.depth_levels(interest.exchange);
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if (*level >= depth || table.refusal(leg.handle, BGW_MODE_DEPTH, *level) != nullptr) continue;
    leg.depth = *level;
    if (ask(leg.broker, leg.handle)) return true;
  }
  leg = before;
  return false;
}

// Has the broker that serves the interest give what it can of it, and says so to those who hold the rest.
void Router::place(InterestId id) {
  Interest& i = *interests_[id];
  const Lineup& l = *lineups_[i.lineup];
  if (i.served.handle == kNoHandle)
    if (const auto by = server_of(l, i.symbol, i.exchange)) attach(i.served, id, *by, &Route::served);
  i.awaited = i.served.handle == kNoHandle ? waits_for(l, i.symbol, i.exchange) : std::nullopt;
  note_listing(i);
  grant(i.served, i);
  const bool stands_by = l.standby && *l.standby != i.served.broker;
  if (stands_by && i.standby.handle == kNoHandle) attach(i.standby, id, *l.standby, &Route::standing_by);
  bool all = !stands_by || grant(i.standby, i);
  i.for_each_topic([&](TopicId topic) { all = shape(topic) && all; });
  wait(id, !all);
}

void Router::wait(InterestId id, bool waits) {
  std::uint64_t& since = interests_[id]->waiting_since;
  if (waits == (since != 0)) return;
  if (waits)
    waiting_.emplace(since = ++waits_, id);
  else
    waiting_.erase(std::exchange(since, 0));
}

// The highest level that is not above `actual` and that the broker has not refused.
std::optional<int> Router::depth_not_refused(const Leg& leg, std::string_view exchange, int actual) const {
  const BrokerTable& table = *brokers_[leg.broker];
  const auto levels = table.setup().capabilities.depth_levels(exchange);
  for (auto level = levels.rbegin(); level != levels.rend(); ++level)
    if (*level <= actual && table.refusal(leg.handle, BGW_MODE_DEPTH, *level) == nullptr) return *level;
  return std::nullopt;
}

// The broker's refusal of what would serve the topic: `source` levels in depth mode. Null: there is none.
const Refusal* Router::refusal_of(const Leg& leg, const Topic& topic, int source) const {
  if (leg.handle == kNoHandle) return nullptr;
  const auto mode = static_cast<std::uint32_t>(topic.info.stream.mode);
  const auto depth = static_cast<std::uint32_t>(mode == BGW_MODE_DEPTH ? source : 0);
  return brokers_[leg.broker]->refusal(leg.handle, mode, depth);
}

// Whether none of its topics asks for the level that it has at the broker: they are served by a cut from it.
bool Router::is_cut(const Interest& interest) const {
  if (interest.served.mode != BGW_MODE_DEPTH) return false;
  bool cut = true;
  interest.for_each_topic([&](TopicId id) {
    const Stream stream = topics_[id]->info.stream;
    if (stream.mode == BGW_MODE_DEPTH && stream.depth_level >= static_cast<int>(interest.served.depth)) cut = false;
  });
  return cut;
}

// Has one that is served by a cut from this level give up its place, for the next lower level or for none. False: there
// is none.
bool Router::take_from_a_cut(BrokerId broker, std::uint32_t depth) {
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr) continue;
    Interest& i = *interests_[id];
    if (i.served.broker != broker || i.served.handle == kNoHandle || i.served.depth != depth || !is_cut(i)) continue;
    const BrokerTable& table = *brokers_[broker];
    const Leg before = i.served;
    i.served.depth = 0;
    i.served.mode = 0;
    i.for_each_topic([&](TopicId topic) {
      if (topics_[topic]->info.stream.mode != BGW_MODE_DEPTH)
        i.served.mode = std::max(i.served.mode, static_cast<std::uint32_t>(topics_[topic]->info.stream.mode));
    });
    for (const std::uint16_t level : table.setup().capabilities.depth_levels(i.exchange))
      if (level < depth) {
        i.served.mode = BGW_MODE_DEPTH;
        i.served.depth = level;
      }
    if (!ask(broker, i.served.handle)) {
      i.served = before;
      continue;
    }
    i.for_each_topic([this](TopicId topic) { shape(topic); });
    wait(id, true);
    return true;
  }
  return false;
}

// What clients are told of fewer levels than they asked for.
std::string Router::message_of(const Topic& topic, const BrokerTable& table, const Outcome& can, int actual) const {
  const int asked = topic.info.stream.depth_level;
  if (topic.info.stream.mode != BGW_MODE_DEPTH) return {};
  if (actual >= can.actual_depth)
    return registry::broker_message(table.setup().name, table.setup().capabilities, topic.info.exchange, asked, actual);
  const Refusal* refused = refusal_of(interests_[topic.interest]->served, topic, can.source_depth);
  return "Depth level " + std::to_string(asked) + " not available, using " + std::to_string(actual) + ": broker " +
         table.setup().name +
         (refused != nullptr ? " refused it: " + refused->reason
                             : " allows " + table.setup().limits.text() + ", and all are in use");
}

// What the broker that serves gives of one topic; false: nothing.
bool Router::shape(TopicId id) {
  Topic& t = *topics_[id];
  const Interest& i = *interests_[t.interest];
  const Leg& leg = i.served;
  const Lineup& l = *lineups_[i.lineup];
  const BrokerId broker = leg.handle != kNoHandle ? leg.broker : i.awaited.value_or(l.broker());
  const BrokerTable& table = *brokers_[broker];
  const Outcome can = check(table, t.info.exchange, t.info.stream);
  const auto mode = static_cast<std::uint32_t>(t.info.stream.mode);
  const Refusal* refused = can.code == Code::ok ? refusal_of(leg, t, can.source_depth) : nullptr;
  // A richer stream that another topic has serves this one too, and fewer levels are more than none.
  if (refused != nullptr && (leg.mode > mode || (leg.mode == BGW_MODE_DEPTH && mode == BGW_MODE_DEPTH &&
                                                 table.refusal(leg.handle, leg.mode, leg.depth) == nullptr)))
    refused = nullptr;
  std::string reason;
  if (leg.handle == kNoHandle && !i.awaited) {
    reason = "broker " + table.setup().name +
             (table.lists(i.symbol, i.exchange) ? " has another paper under this name" : " does not list it");
  } else if (can.code != Code::ok) {
    reason = "broker " + table.setup().name + " has no " + can.detail +
             (can.detail == "mode" ? " " + std::to_string(t.info.stream.mode) : "") + " for " + t.info.exchange;
  } else if (leg.mode < mode && refused == nullptr && !i.awaited) {
    reason = "broker " + table.setup().name + " allows " + table.setup().limits.text() + ", and all are in use";
  }
  const bool was_placed = std::exchange(t.placed, reason.empty());
  int actual = t.info.actual_depth;
  if (t.placed)
    actual =
        refused != nullptr || i.awaited ? can.actual_depth : std::min(can.actual_depth, static_cast<int>(leg.depth));
  if (actual != t.info.actual_depth || t.info.head[0].empty() || t.broker != broker) {
    t.broker = broker;
    t.info.broker = table.setup().name;
    t.info.simulated = table.setup().simulated;
    t.info.actual_depth = actual;
    t.info.broker_message = message_of(t, table, can, actual);
    encoder_.prepare(t.info);
  }
  if (!t.placed)
    fail(id, reason);
  else if (refused != nullptr)
    fail(id, refused->reason);
  else if (!was_placed || t.state == SubscriptionState::failed)
    set_state(id, SubscriptionState::pending);
  return t.placed && refused == nullptr && actual >= can.actual_depth;
}

// A client asks for what the broker has refused, perhaps for good reason by now. Paced, since brokers count requests.
void Router::ask_again(InterestId id) {
  constexpr std::int64_t kPause = 5'000'000'000;
  const Leg leg = interests_[id]->served;
  if (leg.handle == kNoHandle) return;
  BrokerTable& table = *brokers_[leg.broker];
  if (table.forget_refusals(leg.handle, clocks_.monotonic() - kPause)) place_holders(*table.route(leg.handle));
}

// In a new session nothing has been refused yet, and all is asked for.
void Router::forget_refusals(BrokerId broker) {
  BrokerTable& table = *brokers_[broker];
  for (std::uint32_t handle = 0; const Route* r = table.route(handle); ++handle) {
    const bool held = !r->served.empty() || !r->standing_by.empty();
    if (held && table.forget_refusals(handle, clocks_.monotonic())) place_holders(*table.route(handle));
  }
}

// A refusal is of a token: when one comes or ends, every interest of that token may have less or more, in each lineup.
void Router::place_holders(const Route& route) {
  std::vector<InterestId> holders = route.served;
  holders.insert(holders.end(), route.standing_by.begin(), route.standing_by.end());
  for (const InterestId id : holders) place(id);
}

void Router::place_what_waits() {
  std::vector<InterestId> waiting;
  for (const auto& [since, id] : waiting_) waiting.push_back(id);
  for (const InterestId id : waiting) place(id);
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

}  // namespace gw::routing
