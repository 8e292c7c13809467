// What may happen in a world, and what must be true of it at once.
#include "tests/property/world.hpp"
#include "tests/support/inside_adapter.hpp"

namespace gw::property {

void World::step() {
  switch (pick(22)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return subscribe();
    case 4:
    case 5:
      return unsubscribe();
    case 6:
      return close();
    case 7:
      return move();
    case 8:
      return drop();
    case 9:
      return change_weather();
    case 10:
      return pass_time();
    case 11:
    case 12:
      return change_list();
    case 13:
      return router_.set_order(routing::kDefaultGroup, pick(2) == 0 ? std::vector<routing::BrokerId>{0, 1}
                                                                    : std::vector<routing::BrokerId>{1, 0});
    case 14:
    case 15:
      progress(pick(4));
      return;
    case 16:
    case 17:
      return change_refusals();
    case 18:
      return chance(2) ? look() : replay();
    case 19:
      if (chance(2)) next_day();
      return;
    default:
      if (chance(16)) return replace(pick(2));
      const std::size_t broker = pick(2);
      const auto live = books_[broker].live();
      if (live.empty()) return;
      Books::Connection& connection = *live[pick(live.size())];
      if (chance(2)) books_[broker].answer(connection);
      tick(broker, connection, chance(2));
  }
}

void World::subscribe() {
  const routing::SessionId s = any_session();
  const Held what = any_stream();
  const std::size_t active = router_.broker_of(s);
  const bool can_have = lists_[active].lists(what.symbol) && !is_over(what.symbol) && !limited_ &&
                        clients_.holds[s].size() < 20 && table(active).available();
  const bool can_be_had = has_source(group_of(s), what.symbol);
  const bool had = clients_.holds[s].contains(what);
  clients_.holds[s].insert(what);  // it may be told of a refusal before the answer
  const routing::Outcome outcome =
      router_.subscribe(s, symbol_text(what.symbol), "NSE", what.stream, {.sampled = chance(6), .resumes = chance(6)});
  const bool ok = outcome.code == routing::Code::ok;
  if (!ok && !had) clients_.holds[s].erase(what);
  if (can_have && !ok) fault_.add(text_of(what) + " is listed and was not given");
  if (ok && !had && !can_be_had) fault_.add(text_of(what) + " was given, which nobody lists");
  if (ok && !had && lists_[outcome.broker == "0" ? 0 : 1].lists(what.symbol) && is_over(what.symbol))
    fault_.add(text_of(what) + " was given, which is over");
  if (ok) router_.snapshot(s, outcome.topic);
}

void World::unsubscribe() {
  const routing::SessionId s = any_session();
  const Held what = any_stream();
  const bool had = clients_.holds[s].erase(what) != 0;
  const auto outcome = router_.unsubscribe(s, symbol_text(what.symbol), "NSE", what.stream);
  if (had != (outcome.code == routing::Code::ok)) fault_.add(text_of(what) + " was held, and could not be given up");
}

void World::close() {
  const routing::SessionId s = any_session();
  router_.close(s, chance(3) ? 60'000'000'000 : 0);
  open(s);
}

void World::move() {
  const routing::SessionId s = any_session();
  router_.move(s, any_group());
}

// A client that resumes gets some of the frames that it missed. Live updates follow after the last one, without a gap.
void World::replay() {
  const routing::SessionId s = any_session();
  for (const routing::TopicId id : router_.clients().topics_of(s)) {
    if (!router_.clients().resumes(s, id)) continue;
    const Held what = held_of(router_.topics()[id].info);
    std::uint64_t seq = router_.topics()[id].seq - std::min<std::uint64_t>(router_.topics()[id].seq, pick(5));
    std::uint64_t missing = 0;
    std::uint64_t expected = seq;
    std::size_t left = pick(4);
    const bool all = router_.replay(s, id, seq, missing, [&](std::string_view bytes) {
      if (left == 0) return false;
      --left;
      const Frame frame = ModelClients::read(bytes);
      if (!(frame.what == what) || frame.seq <= expected) fault_.add(text_of(what) + " was replayed out of order");
      expected = frame.seq;
      return true;
    });
    if (all && seq != router_.topics()[id].seq) fault_.add(text_of(what) + " goes on with a gap after its replay");
  }
}

void World::look() {
  const routing::SessionId s = any_session();
  for (const routing::TopicId id : router_.clients().topics_of(s)) {
    router_.snapshot(s, id);
    router_.last_published(s, id);
  }
}

void World::drop() {
  Books& books = books_[pick(2)];
  const auto live = books.live();
  if (live.empty()) return;
  Books::Connection& c = *live[pick(live.size())];
  books.end_session(c);
  bgw_error error{};
  error.code = chance(6) ? BGW_E_RATE : BGW_E_TRANSIENT;
  const support::InsideAdapter inside(*c.host);
  c.host->fail(c.host->context, &error);
}

void World::change_weather() {
  const std::size_t i = pick(2);
  switch (pick(4)) {
    case 0:
      books_[i].up = !books_[i].up;
      return;
    case 1:
      books_[i].expired = true;
      return;
    case 2:
      if (std::exchange(books_[i].expired, false)) links_[i]->relogin({});
      return;
    default:
      links_[i]->channel().writer().feed("NSE", chance(2) ? bus::FeedState::stale : bus::FeedState::live,
                                         bus::FeedEvidence::proved, 0, "said so");
  }
}

// The broker begins to refuse some streams of tokens that a client holds, or takes everything again.
void World::change_refusals() {
  static constexpr Demand kAll[] = {{1, 0}, {2, 0}, {4, 5}, {4, 20}};
  const std::size_t broker = pick(2);
  Books& books = books_[broker];
  if (chance(4)) return books.refuses.clear();
  for (std::size_t n = 1 + pick(3); n > 0; --n) {
    const auto& holds = clients_.holds[any_session()];
    if (holds.empty()) continue;
    const int token =
        lists_[broker].token(std::next(holds.begin(), static_cast<std::ptrdiff_t>(pick(holds.size())))->symbol);
    books.refuses.insert({token, kAll[pick(4)]});
  }
}

// A broker gets another list. What no broker has any more ends, and its clients are told: it is not listed, and another
// one has its token, or nobody was served of it. A symbol that keeps its token keeps its handle, and with it its last
// values.
void World::change_list() {
  const std::size_t broker = pick(2);
  ModelList& list = lists_[broker];
  struct Before {
    std::optional<std::uint32_t> handle;
    int token = kNone;
  };
  std::array<Before, kSymbols> before;
  for (int symbol = 0; symbol < kSymbols; ++symbol)
    before[static_cast<std::size_t>(symbol)] = {route(broker, symbol), list.token(symbol)};
  Brokers changed{};
  changed[broker] = true;
  ModelClients::Ends had_source;
  for (routing::SessionId s = 0; s < kSessions; ++s)
    for (const Held& what : clients_.holds[s])
      if (has_source(group_of(s), what.symbol)) had_source.insert({s, what});
  list.change(random_);
  const auto is_lost = [&list](int symbol) { return !list.lists(symbol) && list.is_taken(list.token(symbol)); };
  ModelClients::Ends ends;
  for (const auto& [s, what] : had_source)
    if (!has_source(group_of(s), what.symbol, is_lost(what.symbol) ? changed : Brokers{})) ends.insert({s, what});
  clients_.expect(std::move(ends));
  router_.set_index(std::to_string(broker), list.index(expiries_));
  clients_.expect_no_more(" when another had its token");
  for (int symbol = 0; symbol < kSymbols; ++symbol) {
    if (!is_wanted(broker, symbol)) continue;
    const auto& [handle, token] = before[static_cast<std::size_t>(symbol)];
    if (list.lists(symbol) && !route(broker, symbol))
      fault_.add(symbol_text(symbol) + " is in the list of broker " + std::to_string(broker) + ", and not asked for");
    if (handle && list.token(symbol) == token && !is_lost(symbol) && route(broker, symbol) != handle)
      fault_.add(symbol_text(symbol) + " kept its token, and not its handle, in the list of broker " +
                 std::to_string(broker));
  }
}

// On NSE's next day a contract that is over ends, and so does, at its broker, what that one's list lacks: unless
// another has it. Nothing ends when another exchange's day begins. A contract that no list in use has may go on as
// failed, because nobody knows its last day.
void World::next_day() {
  const instruments::Expiries before = expiries_at(half_days_);
  const instruments::Expiries now = expiries_at(++half_days_);
  const bool is_new = now.today("NSE") != before.today("NSE");
  std::array<Brokers, kSymbols> lost{};
  for (routing::SessionId s = 0; is_new && s < kSessions; ++s)
    for (const Held& what : clients_.holds[s]) {
      const std::size_t broker = said_to_serve(s, what);
      if (has(broker, what.symbol) && !lists_[broker].lists(what.symbol))
        lost[static_cast<std::size_t>(what.symbol)][broker] = true;
    }
  ModelClients::Ends ends;
  ModelClients::Ends perhaps;
  for (routing::SessionId s = 0; s < kSessions; ++s)
    for (const Held& what : clients_.holds[s]) {
      const std::size_t broker = said_to_serve(s, what);
      const bool over = is_over(what.symbol);
      const Brokers& losing = lost[static_cast<std::size_t>(what.symbol)];
      if ((is_new && over && has(broker, what.symbol)) ||
          (losing[broker] && !has_source(group_of(s), what.symbol, losing)))
        ends.insert({s, what});
      else if (over)
        perhaps.insert({s, what});
    }
  clients_.expect(std::move(ends), std::move(perhaps));
  router_.set_expiries(now);
  clients_.expect_no_more(" on the next day");
}

void World::pass_time() {
  monotonic_ += static_cast<std::int64_t>(pick(90)) * 1'000'000'000;
  router_.review();
  router_.let_go();
}

// As when an operator edits the broker's part of gateway.yaml.
void World::replace(std::size_t i) {
  router_.detach_broker(static_cast<routing::BrokerId>(i), "being changed");
  links_[i]->stop();
  links_[i].reset();
  start(i);
  router_.attach_broker(static_cast<routing::BrokerId>(i), setup(i));
}

}  // namespace gw::property
