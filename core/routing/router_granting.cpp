// What each broker gives of what is wanted: within its limits, and without what it has refused.
#include <algorithm>

#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

constexpr std::int64_t kAskPause = 5'000'000'000;  // brokers count requests

}  // namespace

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
  // A request for exactly this level takes the place of an instrument that is served by a cut from it.
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

// Asks the broker that serves the interest for all that it can give. Clients that get less than they asked for are
// told.
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
  since = waits ? ++order_ : 0;
  if (waits)
    waiting_.insert(id);
  else
    waiting_.erase(id);
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
         (refused != nullptr
              ? " refused it: " + refused->reason
              : " allows " + table.limit_text(static_cast<std::uint32_t>(can.source_depth)) + ", and all are in use");
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
    reason = why_not(i, broker);
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
  const bool is_new = t.info.head[0].empty();
  const bool has_other_levels = !is_new && actual != t.info.actual_depth;
  std::string message = message_of(t, table, can, actual);
  if (is_new || has_other_levels || t.broker != broker || t.info.broker_message != message) {
    t.broker = broker;
    t.info.broker = table.setup().name;
    t.info.simulated = table.setup().simulated;
    t.info.actual_depth = actual;
    t.info.broker_message = std::move(message);
    encoder_.prepare(t.info);
  }
  if (!t.placed)
    fail(id, reason);
  else if (refused != nullptr)
    fail(id, refused->reason);
  else if (!was_placed || t.state == SubscriptionState::failed)
    set_state(id, SubscriptionState::pending);
  if (has_other_levels && t.placed) tell_extras(id);
  t.lacks = !t.placed || refused != nullptr || actual < can.actual_depth;
  return !t.lacks;
}

// A client asks for what the broker has refused, perhaps for good reason by now. Paced, since brokers count requests.
void Router::ask_again(InterestId id) {
  const Leg leg = interests_[id]->served;
  if (leg.handle == kNoHandle) return;
  BrokerTable& table = *brokers_[leg.broker];
  const std::int64_t now = clocks_.monotonic();
  if (table.forget_refusals(leg.handle, now - kAskPause)) place_holders(*table.route(leg.handle));
  const bool waits = std::any_of(asks_due_.begin(), asks_due_.end(), [&leg](const AskDue& due) {
    return due.broker == leg.broker && due.handle == leg.handle;
  });
  if (!waits && !table.route(leg.handle)->refused.empty()) asks_due_.push_back({leg.broker, leg.handle, now});
}

// Those who asked again too soon after a refusal.
void Router::ask_what_is_due() {
  const std::int64_t until = clocks_.monotonic() - kAskPause;
  for (const AskDue& due : std::exchange(asks_due_, {})) {
    BrokerTable& table = *brokers_[due.broker];
    if (due.asked_ns > until)
      asks_due_.push_back(due);
    else if (table.forget_refusals(due.handle, due.asked_ns))
      place_holders(*table.route(due.handle));
  }
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
  std::vector<std::pair<std::uint64_t, InterestId>> waiting;
  for (const InterestId id : waiting_) waiting.emplace_back(waits_since(*interests_[id]), id);
  std::sort(waiting.begin(), waiting.end());
  for (const auto& [since, id] : waiting) place(id);
}

// The place in the queue of the client that has waited longest among those who hold it now.
std::uint64_t Router::waits_since(const Interest& i) const {
  std::uint64_t first = ~std::uint64_t{0};
  i.for_each_topic([&](TopicId id) {
    const Topic& t = *topics_[id];
    if (!t.lacks) return;
    for (const Audience& audience : t.audience)
      for (const auto& sessions : audience.lanes)
        for (const SessionId session : sessions)
          first = std::min(first, clients_[shard_of(session)][slot_of(session)].held.at(id).since);
  });
  return std::max(i.waiting_since, first == ~std::uint64_t{0} ? 0 : first);
}

}  // namespace gw::routing
