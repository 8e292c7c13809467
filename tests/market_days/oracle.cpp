#include "tests/market_days/oracle.hpp"

#include <algorithm>

#include "tests/market_days/feed_state.hpp"

namespace gw::market_days {
namespace {

constexpr std::uint64_t kTicksToKnow = 20;         // a feed that showed so many has a pace
constexpr std::int64_t kToAskAgain = 5 * kSecond;  // two seconds, one look, and the broker's own time
constexpr std::int64_t kLull = 20;                 // times the longest pause: a feed's silence is unlike it then
constexpr std::int64_t kWellAfter = kSecond;
constexpr std::int64_t kLoginTakes =
    30 * kSecond;  // the gateway counts from when it asks, the broker from when it lets in
constexpr Exchange kEach[] = {kNse, kIndex, kMcx};

// The least time from the first login for silence to the n-th after it.
std::int64_t min_time(std::uint64_t after) {
  if (after == 0) return 0;
  const auto quarters = static_cast<std::int64_t>(after < 2 ? 0 : after - 2) * 15;
  return (after == 1 ? 1 : 6 + quarters) * kMinute * 8 / 10;
}

}  // namespace

Oracle::Oracle(const DayPlan& plan, support::VirtualClock& clock, const Market& market, const Accounts& accounts,
               const routing::Router& router, Clients& clients, Fault& fault)
    : plan_(plan),
      clock_(clock),
      market_(market),
      accounts_(accounts),
      router_(router),
      clients_(clients),
      fault_(fault) {
  for (auto& all : logins_) all.resize(instruments().size());
  for (auto& all : counted_) all.resize(instruments().size());
}

void Oracle::add(int rule, const std::string& what) { fault_.add(rule, " at " + market_.time_text() + ": " + what); }

bool Oracle::is_connected(std::size_t broker) const {
  return table(broker).available() && table(broker).state() == bus::LinkState::connected;
}

void Oracle::look() {
  for (const auto& account : accounts_) {
    if (!is_connected(account->number())) away_until_[account->number()] = clock_.now();
    if (!account->violation().empty())
      add(0, "broker " + std::to_string(account->number()) + ": " + account->violation());
    if (is_connected(account->number()))
      for (const SessionPointer& session : account->sessions())
        if (session->state == Session::State::in) check_mute(*account, *session);
    check_well(account->number());
  }
}

// ---- rule 1

void Oracle::check_mute(const Account& account, const Session& session) {
  for (const Exchange exchange : kEach) {
    const Shown& x = session.shown[exchange];
    if (x.total() == 0 || (x.expected_since == 0 && x.live < kTicksToKnow)) continue;
    if (!market_.is_open(exchange)) continue;
    const std::int64_t since = std::max({x.silence_began(), x.expected_since, x.grown_at, market_.open_since(exchange),
                                         market_.last_halt_end(exchange), away_until_[account.number()]});
    const std::int64_t limit = plan_.stall_limit_ns + std::max(kFirstTickLimit, 3 * longest_gap(x.fastest())) +
                               plan_.stall_limit_ns + kToAskAgain;
    // What is quiet for no longer than it may be by its own pace, or has none since the open, is covered by another
    // connection that ticks.
    const std::int64_t lull = kLull * longest_gap(x.fastest()) + 2 * plan_.stall_limit_ns;
    const bool has_no_pace = x.expected_since == 0 && x.last_live < market_.open_since(exchange);
    const bool says_nothing_new =
        account.is_frozen(session, exchange) || clock_.now() - account.stood_still_until() <= limit;
    if ((has_no_pace || clock_.now() - since <= lull) && clock_.now() - account.last_live(exchange) <= limit &&
        says_nothing_new)
      continue;
    if (clock_.now() - since <= limit || feed_state(table(account.number()), exchange) != FeedState::live) continue;
    add(1, "broker " + std::to_string(account.number()) + " is said to be live for " + kExchangeNames[exchange] +
               ", of which login " + std::to_string(session.number) + " (since " + market_.time_text(session.ready_at) +
               ", " + std::to_string(x.total()) + " instruments) has been mute since " + market_.time_text(since));
  }
}

// ---- rule 4

bool Oracle::is_well(const Account& account) const {
  if (!is_connected(account.number()) || !account.is_clear()) return false;
  bool any = false;
  for (const SessionPointer& session : account.sessions()) {
    if (session->state != Session::State::in) return false;
    for (const Exchange exchange : kEach) {
      const Shown& x = session->shown[exchange];
      if (x.total() == 0 || account.last_live(exchange) == 0 || !market_.is_open(exchange)) continue;
      if (market_.is_halted(exchange)) return false;
      if (x.last_proof <= std::max({account.trouble_ended(), x.begun_at, market_.last_halt_end(exchange)}))
        return false;
      // Some should tick, and do not.
      if (x.expected_since != 0 && x.is_slow() && clock_.now() - x.last_proof > plan_.stall_limit_ns) return false;
      any = true;
    }
  }
  return any;
}

void Oracle::check_well(std::size_t broker) {
  if (!is_well(*accounts_[broker])) {
    well_since_[broker] = 0;
    return;
  }
  if (well_since_[broker] == 0) well_since_[broker] = clock_.now();
  if (clock_.now() - well_since_[broker] < kWellAfter) return;
  for (const Exchange exchange : kEach)
    if (feed_state(table(broker), exchange) == FeedState::stale && accounts_[broker]->last_live(exchange) != 0)
      add(4, "broker " + std::to_string(broker) + " is said to be stale for " + kExchangeNames[exchange] +
                 ", and has been well since " + market_.time_text(well_since_[broker]));
}

// ---- rule 2

// Whether what a login showed of the exchange is a reason for another one.
bool Oracle::is_cause(const Account& account, const Session& before, const Shown& x, Exchange exchange,
                      std::int64_t at_ns) const {
  if (x.total() == 0 || !market_.was_open(exchange, at_ns)) return false;
  // A tick that may be taken for an answer does not end a silence.
  const std::int64_t since = std::max(x.unproved(), market_.open_since(exchange, at_ns));
  if (account.was_bad(before, exchange, since, at_ns)) return true;
  // What proved it silent counts until it ticks on this connection, whatever other connections show; and what was found
  // a moment ago may be over by now: what is slow has not shown it yet.
  const std::int64_t unheard = std::max(std::min(account.last_proof(exchange), x.unproved()), market_.opened(exchange));
  if (account.had_trouble(exchange, std::min(unheard, at_ns - 2 * kMinute), at_ns)) return true;
  if (at_ns - since < plan_.stall_limit_ns * 9 / 10) return false;
  if (market_.was_halted(exchange, since, at_ns)) return true;
  // What should tick may be missed.
  return x.expected_since != 0;
}

Oracle::Causes Oracle::causes(const Account& account, const Session& before, const ShownOfAll& shown,
                              std::int64_t at_ns) const {
  Causes all{};
  for (const Exchange exchange : kEach) all[exchange] = is_cause(account, before, shown[exchange], exchange, at_ns);
  return all;
}

void Oracle::on_subscribed(Account& account, Session& session, std::size_t instrument, const SessionPointer& before) {
  if (before == nullptr || before.get() == &session || before->ended_by_broker) return;
  if (clock_.now() - session.ready_at > kToAskAgain) return;  // asked for anew, and not because of the login
  const Subscribed& then = before->carried.at(instrument);
  // It was not wanted any more, or moved to another connection.
  if (!then.held && clock_.now() - then.ended_at > kToAskAgain) return;
  if (before->state == Session::State::in && before->begun_at > session.begun_at) return;
  Logins& logins = logins_[account.number()][instrument];
  const Exchange exchange = instruments()[instrument].exchange;
  const bool ended = before->state == Session::State::ended;
  const auto beside = session.beside.find(before->number);
  const ShownOfAll& shown = beside != session.beside.end() ? beside->second : before->shown;
  const std::int64_t at = ended ? std::min(before->ended_at, session.begun_at) : session.begun_at;
  const std::string who = "broker " + std::to_string(account.number());
  const Causes all = causes(account, *before, shown, at);
  if (all == Causes{}) {
    if (!then.held && before->state == Session::State::in) return;
    return add(2, who + " had a login made anew without a cause: nothing of it was mute or late");
  }
  count_login(account, session, all, at);
  // What it may have been made for has ticked since, and that was another silence.
  if (logins.count == 0 || std::any_of(std::begin(kEach), std::end(kEach), [&](Exchange e) {
        return all[e] && before->shown[e].last_live > logins.first_at;
      }))
    logins = {at, 0};
  if (at - logins.first_at < min_time(logins.count) - kLoginTakes)
    add(2, who + ": login " + std::to_string(logins.count + 1) + " for silence of " + kExchangeNames[exchange] + ", " +
               std::to_string((at - logins.first_at) / kSecond) + " s after the first");
  ++logins.count;
}

// All connections of the account together, until something ticks that the last login may have been made for.
void Oracle::count_login(const Account& account, const Session& session, const Causes& causes, std::int64_t at_ns) {
  LoginsOfAccount& all = logins_of_account_[account.number()];
  if (all.session == session.number) return;
  if (!all.at.empty() && std::any_of(std::begin(kEach), std::end(kEach),
                                     [&](Exchange e) { return all.causes[e] && account.last_live(e) > all.at.back(); }))
    all.at.clear();
  all.session = session.number;
  all.causes = causes;
  // Where a login had to wait for another one, it is seen after that.
  all.at.insert(std::upper_bound(all.at.begin(), all.at.end(), at_ns), at_ns);
  for (std::size_t i = 0; i < all.at.size(); ++i)
    if (all.at[i] - all.at[0] < min_time(i) - kLoginTakes)
      add(2, "broker " + std::to_string(account.number()) + ": all connections together had login " +
                 std::to_string(i + 1) + " for silence, " + std::to_string((all.at[i] - all.at[0]) / kSecond) +
                 " s after the first");
}

// ---- rule 3

// Since when the broker is mute or late for each exchange in use: on one of its connections, that it has or that the
// gateway has ended.
Oracle::Since Oracle::bad_since(std::size_t broker) const {
  Since bad{};
  for (const SessionPointer& session : accounts_[broker]->last_sessions()) {
    if (session == nullptr) continue;
    for (const Exchange exchange : kEach) {
      const Shown& x = session->shown[exchange];
      if (x.total() == 0 || clients_.held(exchange) == 0 || !market_.is_open(exchange)) continue;
      // A tick that may be taken for an answer does not end a silence.
      const std::int64_t since =
          std::max({x.known_proof(clock_.now()), x.unproved_since, market_.open_since(exchange)});
      // What an earlier login of the connection was proved silent for counts until the connection ticks.
      const bool goes_on = x.unproved_since < session->begun_at;
      if (!accounts_[broker]->was_bad(*session, exchange, since, clock_.now()) &&
          !(goes_on && accounts_[broker]->had_trouble(exchange, since, clock_.now())))
        continue;
      bad[exchange] = bad[exchange] == 0 ? since : std::min(bad[exchange], since);
    }
  }
  // A login may have cured it: nobody knows before it ticks.
  for (const Exchange exchange : kEach) {
    if (bad[exchange] != 0 || clients_.held(exchange) == 0 || !market_.is_open(exchange)) continue;
    const std::int64_t since = std::max(accounts_[broker]->last_proof(exchange), market_.open_since(exchange));
    if (accounts_[broker]->had_trouble(exchange, since, clock_.now())) bad[exchange] = since;
  }
  return bad;
}

// Whether the broker has shown live ticks of the exchange since then, and still does.
bool Oracle::shows(std::size_t broker, Exchange exchange, std::int64_t since) const {
  const std::int64_t last = accounts_[broker]->last_live(exchange);
  return last > since &&
         clock_.now() - last <= plan_.stall_limit_ns + 3 * longest_gap(clients_.fastest(exchange, market_));
}

void Oracle::on_switched(routing::GroupId group, std::string_view why) {
  if (group != routing::kDefaultGroup) return;
  ++switches_;
  const std::size_t from = active_;
  const std::size_t to = router_.group(group).broker();
  active_ = to;
  const std::string move =
      "moved from broker " + std::to_string(from) + " to " + std::to_string(to) + " (" + std::string(why) + ") ";
  left_[from] = {clock_.now(), {}};
  // What the gateway itself has disconnected is not lost.
  if (accounts_[from]->is_lost()) return;
  const Since bad = bad_since(from);
  left_[from].bad = bad;
  if (std::any_of(std::begin(kEach), std::end(kEach),
                  [&](Exchange exchange) { return bad[exchange] != 0 && shows(to, exchange, bad[exchange]); }))
    return;
  if (to > from)
    return add(3, move + (bad == Since{} ? "though nothing of it was mute or late"
                                         : "though that has not shown live ticks of what is mute"));
  // Of what nobody holds nothing is to be shown.
  if (std::all_of(std::begin(kEach), std::end(kEach), [&](Exchange exchange) { return clients_.held(exchange) == 0; }))
    return;
  for (const Exchange exchange : kEach) {
    if (clients_.held(exchange) == 0) continue;
    // Where nobody has ticked meanwhile, nothing says that it would not.
    const bool for_this = left_[to].bad[exchange] != 0 && accounts_[from]->last_live(exchange) > left_[to].at;
    if (for_this && accounts_[to]->last_live(exchange) <= left_[to].at && market_.is_open(exchange))
      return add(3, move + "which has not ticked live of " + kExchangeNames[exchange] + " since it was left at " +
                        market_.time_text(left_[to].at));
  }
  if (std::none_of(std::begin(kEach), std::end(kEach), [&](Exchange exchange) {
        return clients_.held(exchange) != 0 && accounts_[to]->last_live(exchange) > left_[to].at;
      }))
    add(3, move + "which has not ticked live since it was left at " + market_.time_text(left_[to].at));
}

// ---- rule 5

void Oracle::on_tick(Account& account, const Session& session, std::size_t instrument, const Trade& trade, bool) {
  ++ticks_;
  const std::int64_t wall = clock_.wall() - clock_.now() + trade.at_ns;
  const std::int64_t time = wall / account.traits().resolution_ns * account.traits().resolution_ns;
  const std::uint32_t mode = session.carried.at(instrument).mode;
  clients_.for_each_of(instrument, [&](std::size_t place, const Clients::Holding& h) {
    if (router_.broker_of(h.session) != account.number() || mode < static_cast<std::uint32_t>(h.stream.mode)) return;
    // Another login or broker has said something newer.
    if (time / clients_.resolution_ns() < h.last_time_ns / clients_.resolution_ns()) return;
    expected_.push_back({place, trade.number, account.number()});
  });
}

void Oracle::check_delivered() {
  for (const auto& [place, trade, broker] : expected_) {
    const Clients::Holding& h = clients_.at(place);
    if (h.held && h.last_trade < trade && router_.broker_of(h.session) == broker)
      add(5, "session " + std::to_string(h.session) + " did not get trade " + std::to_string(trade) + " of " +
                 instruments()[h.instrument].symbol);
  }
  expected_.clear();
}

}  // namespace gw::market_days
