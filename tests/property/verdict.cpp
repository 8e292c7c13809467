// What must hold at a quiet moment: the books of the brokers against what the clients hold, and what the clients got.
#include "tests/property/world.hpp"

namespace gw::property {
namespace {

// The level that serves a stream, of those that the broker has: 5, and 20 at the first broker.
std::uint32_t source_of(std::size_t broker, const routing::Stream& stream) {
  if (stream.mode != BGW_MODE_DEPTH) return 0;
  return broker == 0 && stream.depth_level >= 20 ? 20 : 5;
}

void add(Demand& all, const Demand& one) {
  all.first = std::max(all.first, one.first);
  all.second = std::max(all.second, one.second);
}

std::string text_of_all(const std::map<int, Demand>& all) {
  std::string out = "{";
  for (const auto& [token, what] : all) out += ' ' + std::to_string(token) + ':' + text_of(what);
  return out + " }";
}

}  // namespace

// Whether it has the symbol: it lists it, or goes on with it until the next day.
bool World::has(std::size_t broker, int symbol) const {
  const auto handle = route(broker, symbol);
  const upstream::Route* r = handle ? table(broker).routes().at(*handle) : nullptr;
  return lists_[broker].lists(symbol) || (r != nullptr && r->is_held());
}

std::optional<std::uint32_t> World::route(std::size_t broker, int symbol) const {
  return table(broker).routes().find({symbol_text(symbol), "NSE"});
}

// Who serves a symbol when all brokers do: the active one, or, with brokers mixed, the first that has it.
std::optional<std::size_t> World::server_of(const routing::BrokerGroup& l, int symbol) const {
  if (has(l.broker(), symbol)) return l.broker();
  if (mixed_)
    for (const routing::BrokerId broker : l.order)
      if (table(broker).available() && has(broker, symbol)) return broker;
  return std::nullopt;
}

// Whether a broker of the group serves a symbol, or, preferred to the active one, is waited for.
bool World::has_source(const routing::BrokerGroup& l, int symbol, const Brokers& but_for) const {
  for (std::size_t place = 0; place < l.order.size(); ++place)
    if (!but_for[l.order[place]] &&
        (mixed_ || place == l.active ? has(l.order[place], symbol)
                                     : place < l.active && lists_[l.order[place]].lists(symbol)))
      return true;
  return false;
}

// The broker that the client was told of.
std::size_t World::said_to_serve(routing::SessionId session, const Held& what) const {
  for (const routing::TopicId id : router_.clients().topics_of(session))
    if (held_of(router_.topics()[id].info) == what) return router_.topics()[id].info.broker == "0" ? 0 : 1;
  return kNoBroker;
}

bool World::is_over(int symbol) const {
  return expiries_at(half_days_).is_over("NSE", expiries_[static_cast<std::size_t>(symbol)]);
}

bool World::is_wanted(std::size_t broker, int symbol) const {
  for (routing::SessionId s = 0; s < kSessions; ++s) {
    const routing::BrokerGroup& l = router_.group(router_.clients()[s].group);
    if (l.broker() != broker && l.standby != broker) continue;
    for (const Held& what : clients_.holds[s])
      if (what.symbol == symbol) return true;
  }
  return false;
}

// What the broker should be asked for, by token: the richest stream that it has not refused, of all that is held by the
// clients that it serves or stands by for. The clients of a group count as one. Refused streams stay wanted where
// nobody wants another one of the token.
std::map<int, Demand> World::expected(std::size_t broker, Refused& all_refused) const {
  struct Wanted {
    Demand taken;
    Demand all;
  };
  Refused modes;
  std::map<std::pair<routing::GroupId, int>, Wanted> wanted;  // by symbol
  const auto refused = [&](int token, std::uint32_t mode, std::uint32_t depth) {
    return books_[broker].refused.contains({token, {mode, depth}});
  };
  for (routing::SessionId s = 0; s < kSessions; ++s) {
    const routing::BrokerGroup& l = router_.group(router_.clients()[s].group);
    for (const Held& what : clients_.holds[s]) {
      if (server_of(l, what.symbol) != broker && l.standby != broker) continue;
      if (!route(broker, what.symbol)) continue;
      const int token = lists_[broker].token(what.symbol);
      const auto mode = static_cast<std::uint32_t>(what.stream.mode);
      std::uint32_t depth = source_of(broker, what.stream);
      Wanted& w = wanted[{router_.clients()[s].group, what.symbol}];
      add(w.all, {mode, depth});
      modes[token].insert(mode);
      if (depth == 20 && refused(token, mode, depth)) depth = 5;
      if (!refused(token, mode, depth)) add(w.taken, {mode, depth});
    }
  }
  std::map<int, Demand> some;
  std::map<int, Demand> none;
  for (const auto& [name, w] : wanted) {
    const int token = lists_[broker].token(name.second);
    w.taken.first != 0 ? add(some[token], w.taken) : add(none[token], w.all);
  }
  for (const auto& [token, demand] : none)
    if (!some.contains(token)) all_refused[token] = modes[token];
  some.merge(none);
  return some;
}

// The same with limits: what the router says that it has found room for, also where the broker stands by.
std::map<int, Demand> World::expected_within_limits(std::size_t broker) const {
  std::map<int, Demand> all;
  for (routing::SessionId s = 0; s < kSessions; ++s) {
    for (const routing::TopicId id : router_.clients().topics_of(s)) {
      const routing::TopicInfo& info = router_.topics()[id].info;
      const int symbol = symbol_of(info.symbol);
      const auto handle = route(broker, symbol);
      const upstream::Route* r = handle ? table(broker).routes().at(*handle) : nullptr;
      if (r != nullptr && !r->standing_by.empty() && r->wanted_mode != 0)
        add(all[lists_[broker].token(symbol)], {r->wanted_mode, r->wanted_depth});
      if (server_of(group_of(s), symbol) != broker) continue;
      if (!router_.topics()[id].granted || !route(broker, symbol)) continue;
      const bool deep = info.stream.mode == BGW_MODE_DEPTH;
      add(all[lists_[broker].token(symbol)],
          {static_cast<std::uint32_t>(info.stream.mode), deep ? static_cast<std::uint32_t>(info.actual_depth) : 0});
    }
  }
  return all;
}

void World::check_books(std::size_t i) {
  const Books& books = books_[i];
  const std::string name = "broker " + std::to_string(i) + ": ";
  if (!books.violation.empty()) fault_.add(name + books.violation);
  if (limited_ && !books.refused.empty()) return;
  Refused all_refused;
  std::map<int, Demand> want = limited_ ? expected_within_limits(i) : expected(i, all_refused);
  std::map<int, Demand> have;
  for (const auto& [token, s] : books.subscribed()) have[token] = s.told;
  for (const int token : books.doubtful)
    if (want.erase(token) != have.erase(token))
      fault_.add(name + "token " + std::to_string(token) + " is held by nobody, or is not there");
  // Where all was refused, what was asked for last stays: another stream would be asked for anew.
  for (const auto& [token, modes] : all_refused)
    if (have.contains(token) && modes.contains(have[token].first) && books.refused.contains({token, have[token]}))
      want[token] = have[token];
  if (have != want) fault_.add(name + "has " + text_of_all(have) + ", expected " + text_of_all(want));
}

// A client gets each stream that the broker has not refused, whatever else it has refused.
void World::check_streams(routing::SessionId s) {
  if (limited_) return;
  const std::array books{books_[0].subscribed(), books_[1].subscribed()};
  for (const routing::TopicId id : router_.clients().topics_of(s)) {
    const Held what = held_of(router_.topics()[id].info);
    const std::string who = "session " + std::to_string(s) + " holds " + text_of(what);
    const auto server = server_of(group_of(s), what.symbol);
    if (!server) {
      const bool failed = router_.topics()[id].state == routing::SubscriptionState::failed;
      if (failed == has_source(group_of(s), what.symbol))
        fault_.add(who +
                   ", which nobody serves: " + (failed ? "it has failed, and a broker has it" : "it has not failed"));
      continue;
    }
    const std::size_t broker = *server;
    if (said_to_serve(s, what) != broker)
      fault_.add(who + " of another broker than " + std::to_string(broker) + ", which serves it");
    const int token = lists_[broker].token(what.symbol);
    const Demand own{static_cast<std::uint32_t>(what.stream.mode), source_of(broker, what.stream)};
    if (books_[broker].refused.contains({token, own})) continue;
    const auto found = books[broker].find(token);
    const Demand given = found == books[broker].end() ? Demand{} : found->second.given;
    if (given.first < own.first || given.second < own.second)
      fault_.add(who + ", which was never refused: broker " + std::to_string(broker) + " gives " + text_of(given) +
                 " of token " + std::to_string(token));
    else if (!router_.clients().resumes(s, id) && !clients_.told[s].contains(what))
      fault_.add(who + ", which broker " + std::to_string(broker) + " sends, and got nothing");
  }
}

void World::check_ledger(routing::SessionId s) {
  const std::string who = "session " + std::to_string(s);
  const std::uint64_t got = clients_.delivered[s] - forgotten_[s];
  if (router_.clients().expected_updates(s) != got)
    fault_.add(who + " got " + std::to_string(got) + ", expected " +
               std::to_string(router_.clients().expected_updates(s)));
  std::set<Held> held;
  for (const routing::TopicId id : router_.clients().topics_of(s)) held.insert(held_of(router_.topics()[id].info));
  if (held != clients_.holds[s]) fault_.add(who + " holds something else than it asked for");
}

}  // namespace gw::property
