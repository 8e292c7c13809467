// Which broker of a list serves which instrument. All stay with the active one, so that prices of two brokers never
// mix; only what that one does not list goes to the next that does, and home when it does.
#include <algorithm>

#include "core/instruments/comparison.hpp"
#include "core/routing/router.hpp"

namespace gw::routing {

// It lists the instrument, and not another paper under its name: the first of the list that has it says which it is.
bool Router::may_serve(BrokerId broker, const Lineup& l, std::string_view symbol, std::string_view exchange) const {
  const BrokerTable& table = *brokers_[broker];
  if (!table.lists(symbol, exchange) || taken_over_at(broker, l, symbol, exchange)) return false;
  const auto row = table.row(symbol, exchange);
  if (!row) return true;
  for (const BrokerId other : l.order) {
    if (other == broker) return true;
    if (const auto first = brokers_[other]->row(symbol, exchange))
      return instruments::same_paper(*brokers_[other]->index(), *first, *table.index(), *row);
  }
  return true;
}

// The broker whose list says that the instrument's token is another's by now, though this one still lists it: tokens
// are the exchange's own, so that this one's list is behind. It counts when it is of the same day or newer; and, but
// for the active broker's, only where the token is not the same contract's under a new name.
std::optional<BrokerId> Router::taken_over_at(BrokerId broker, const Lineup& l, std::string_view symbol,
                                              std::string_view exchange) const {
  const auto& index = brokers_[broker]->index();
  if (index == nullptr || index->list().day == 0) return std::nullopt;
  for (const BrokerId other : l.order) {
    const auto& newer = brokers_[other]->index();
    if (other == broker || newer == nullptr || newer->list().day < index->list().day) continue;
    const Gone gone = brokers_[other]->gone(symbol, exchange);
    if (gone.is_taken && (other == l.broker() || gone.renamed_to.empty())) return other;
  }
  return std::nullopt;
}

// What is said of an instrument that nobody of the list has.
Gone Router::gone_of(const Lineup& l, std::string_view symbol, std::string_view exchange) const {
  Gone gone = brokers_[l.broker()]->gone(symbol, exchange);
  for (std::size_t place = 0; place < l.order.size() && !gone.is_taken; ++place)
    if (Gone other = brokers_[l.order[place]]->gone(symbol, exchange); other.is_taken) gone = std::move(other);
  return gone;
}

// Whether a broker has the paper that another one serves under this name. Within a list may_serve sees to it; an
// operator may choose another list.
bool Router::is_same_paper(const Interest& i, BrokerId by) const {
  if (i.served.handle == kNoHandle || i.served.broker == by) return true;
  const auto now = brokers_[i.served.broker]->row(i.symbol, i.exchange);
  const auto then = brokers_[by]->row(i.symbol, i.exchange);
  return !now || !then ||
         instruments::same_paper(*brokers_[i.served.broker]->index(), *now, *brokers_[by]->index(), *then);
}

Gone Router::another_paper(BrokerId by, const Interest& i) const {
  Gone why = brokers_[by]->gone(i.symbol, i.exchange);
  why.other_paper_at = brokers_[by]->setup().name;
  return why;
}

std::optional<BrokerId> Router::server_of(const Lineup& l, std::string_view symbol, std::string_view exchange) const {
  if (may_serve(l.broker(), l, symbol, exchange)) return l.broker();
  if (!mixes_) return std::nullopt;
  std::optional<BrokerId> first;
  for (const BrokerId broker : l.order) {
    const BrokerTable& table = *brokers_[broker];
    if (broker == l.broker() || !table.available() || !may_serve(broker, l, symbol, exchange)) continue;
    if (!table.hopeless()) return broker;
    if (!first) first = broker;
  }
  return first;
}

// With brokers unmixed: a broker that the list prefers to the active one, and that alone has the instrument.
std::optional<BrokerId> Router::waits_for(const Lineup& l, std::string_view symbol, std::string_view exchange) const {
  for (std::size_t place = 0; place < l.active; ++place)
    if (brokers_[l.order[place]]->row(symbol, exchange) && may_serve(l.order[place], l, symbol, exchange))
      return l.order[place];
  return std::nullopt;
}

// Attaches an interest to who should serve it now, and stand by. The new before the old, so that what is subscribed
// already stays so. place() follows.
void Router::serve(InterestId id) {
  Interest& i = *interests_[id];
  const Lineup& l = *lineups_[i.lineup];
  const auto by = server_of(l, i.symbol, i.exchange);
  const auto standby = l.standby == by ? std::nullopt : l.standby;
  const auto is_at = [](const Leg& leg, std::optional<BrokerId> broker) {
    return leg.handle != kNoHandle && leg.broker == broker;
  };
  const Leg served = is_at(i.served, by) ? Leg{} : std::exchange(i.served, Leg{.broker = l.broker()});
  const Leg waiting = is_at(i.standby, standby) ? Leg{} : std::exchange(i.standby, Leg{});
  if (by && !is_at(i.served, by)) attach(i.served, id, *by, &Route::served);
  if (standby && !is_at(i.standby, standby)) attach(i.standby, id, *standby, &Route::standing_by);
  for (const Leg& old : {served, waiting})
    for (Leg* leg : {&i.served, &i.standby})
      if (leg->handle != kNoHandle && leg->broker == old.broker && leg->handle == old.handle) *leg = old;
  Leg old_served = served;
  Leg old_waiting = waiting;
  detach(old_served, id, &Route::served);
  detach(old_waiting, id, &Route::standing_by);
}

// The broker that alone lists the instrument and does not serve now, or not what its exchange shows.
std::optional<BrokerId> Router::awaits(const Interest& i) const {
  const Lineup& l = *lineups_[i.lineup];
  if (i.served.handle == kNoHandle) return i.awaited;
  if (i.served.broker == l.broker()) return std::nullopt;
  const BrokerTable& table = *brokers_[i.served.broker];
  const MarketFeed* feed = table.feeds().find(i.exchange);
  const bool ticks = !table.hopeless() && (feed == nullptr || !feed->is_stale());
  return ticks ? std::nullopt : std::optional(i.served.broker);
}

// Why a broker does not serve an interest, for people.
std::string Router::why_not(const Interest& i, BrokerId broker) const {
  const BrokerTable& table = *brokers_[broker];
  return "broker " + table.setup().name +
         (table.lists(i.symbol, i.exchange) ? " has another paper under this name" : " does not list it");
}

// After a switch: who held it had data.
void Router::say_that_it_waits(InterestId id) {
  const Interest& i = *interests_[id];
  const auto broker = awaits(i);
  if (!broker) return;
  const std::string reason =
      why_not(i, lineups_[i.lineup]->broker()) + "; waiting for broker " + brokers_[*broker]->setup().name;
  forget_active(i);
  i.for_each_topic([&](TopicId topic) { tell_refused(topic, reason); });
}

// Of a broker's feed that fell silent, who has one instrument from it and all others from another broker hears nothing
// but this.
void Router::say_what_waits(BrokerId broker, std::string_view exchange) {
  for (const auto& interest : interests_)
    if (interest != nullptr && interest->exchange == exchange && awaits(*interest) == broker) forget_active(*interest);
}

// Whom another broker should serve by now: after a change of a link or, looking at all, of a list.
void Router::settle(bool all) {
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr || interests_[id]->ends) continue;
    const Interest& i = *interests_[id];
    const Lineup& l = *lineups_[i.lineup];
    const bool at_home = i.served.handle != kNoHandle && i.served.broker == l.broker();
    if (at_home && (!all || may_serve(l.broker(), l, i.symbol, i.exchange))) continue;
    const auto by = server_of(l, i.symbol, i.exchange);
    if (by ? i.served.handle != kNoHandle && i.served.broker == *by : i.served.handle == kNoHandle) continue;
    if (!by && !waits_for(l, i.symbol, i.exchange)) {
      end(id, gone_of(l, i.symbol, i.exchange));
      continue;
    }
    serve(id);
    forget_active(i);
    place(id);
    for (const TopicId topic : topics_of(id)) publish_known(topic);
  }
}

std::size_t Router::elsewhere_count(LineupId lineup) const {
  return static_cast<std::size_t>(std::count_if(interests_.begin(), interests_.end(), [&](const auto& interest) {
    return interest != nullptr && interest->lineup == lineup && interest->served.handle != kNoHandle &&
           interest->served.broker != lineups_[lineup]->broker();
  }));
}

void Router::mix_brokers(bool mixes) {
  if (std::exchange(mixes_, mixes) == mixes) return;
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr) continue;
    serve(id);
    place(id);
  }
  flush_demand();
}

bool Router::has_depth_level(int level) const {
  return std::any_of(brokers_.begin(), brokers_.end(), [level](const auto& table) {
    const registry::Capabilities& can = table->setup().capabilities;
    const auto& exchanges = can.exchanges();
    return std::any_of(exchanges.begin(), exchanges.end(),
                       [&](const std::string& exchange) { return can.is_depth_supported(exchange, level); });
  });
}

}  // namespace gw::routing
