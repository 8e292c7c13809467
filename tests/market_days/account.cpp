#include "tests/market_days/account.hpp"
#include "tests/support/inside_adapter.hpp"

#include <algorithm>
#include <numeric>

namespace gw::market_days {
namespace {

constexpr std::int64_t kAhead = 50 * kMinute;
constexpr std::size_t kMany = 20;                     // instruments of which one should tick
constexpr std::int64_t kCountedLonger = 5 * kSecond;  // than it is held: asking again takes less
// What the gateway may take for an answer, or for the second packet of one.
constexpr std::int64_t kAnswers = 11 * kSecond;
constexpr std::int64_t kAnswersAgain = 3 * kSecond;

}  // namespace

std::size_t Shown::total() const { return std::accumulate(carried.begin(), carried.end(), std::size_t{0}); }

Pace Shown::fastest() const {
  std::size_t pace = 0;
  while (pace < kNever && carried[pace] == 0) ++pace;
  return static_cast<Pace>(pace);
}

bool Shown::is_slow() const { return carried[kIndexPace] + carried[kBusy] == 0 && carried[kEachMinute] < 4; }

Account::Account(std::size_t number, Traits traits, std::int64_t lag_limit_ns, std::uint64_t seed,
                 support::VirtualClock& clock, Market& market)
    : number_(number),
      traits_(traits),
      lag_limit_ns_(lag_limit_ns),
      random_(seed),
      clock_(clock),
      market_(market),
      last_session_(instruments().size()),
      pending_alarm_(clock, [this] { show_pending(); }) {
  for (std::size_t i = 0; i < instruments().size(); ++i) cache_.push_back(market.last(i));
  clock.after(market.auction_at() - clock.now(), [this] { begin_auction(); });
  market.on_trade.push_back([this](std::size_t instrument, const Trade& trade) { take(instrument, trade); });
}

std::int64_t Account::between(std::int64_t from, std::int64_t to) {
  return from + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(to - from));
}

void Account::violate(std::string what) {
  if (violation_.empty()) violation_ = std::move(what);
}

// ---- logins

bgw_status Account::connect(Connection& connection, bgw_error&) {
  disconnect(connection);
  if (sessions_.size() >= traits_.places)
    violate(std::to_string(sessions_.size() + 1) + " connections where the account has " +
            std::to_string(traits_.places));
  auto session = std::make_shared<Session>();
  session->number = ++attempts_;
  session->begun_at = clock_.now();
  session->host = connection.host;
  for (const SessionPointer& other : sessions_) session->beside[other->number] = other->shown;
  connection.session = session;
  sessions_.push_back(session);
  if (clock_.now() < slow_until_) {
    refused_at_ = clock_.now();
    return BGW_OK;
  }
  const bool refused = clock_.now() < refused_until_;
  clock_.after(between(traits_.login_ns / 2, traits_.login_ns * 2), [this, session, refused] {
    if (session->state != Session::State::connecting) return;
    if (refused) {
      refused_at_ = clock_.now();
      leave(*session, true);
      bgw_error error{BGW_E_TRANSIENT, 0, 0, "not now"};
      const support::InsideAdapter inside(*session->host);
      session->host->fail(session->host->context, &error);
      return;
    }
    session->state = Session::State::in;
    session->ready_at = clock_.now();
    ++logins_;
    const support::InsideAdapter inside(*session->host);
    session->host->ready(session->host->context);
  });
  return BGW_OK;
}

void Account::leave(Session& session, bool by_broker) {
  if (session.state == Session::State::ended) return;
  session.ended_by_broker = by_broker || session.state == Session::State::connecting;
  ended_by_broker_ = session.ended_by_broker;
  session.state = Session::State::ended;
  session.ended_at = clock_.now();
  std::erase_if(sessions_, [&session](const SessionPointer& s) { return s.get() == &session; });
}

void Account::disconnect(Connection& connection) {
  if (connection.session != nullptr) leave(*std::exchange(connection.session, nullptr), false);
}

void Account::drop(bool all) {
  std::vector<SessionPointer> victims;
  for (const SessionPointer& session : sessions_)
    if (session->state == Session::State::in) victims.push_back(session);
  while (!all && victims.size() > 1)
    victims.erase(victims.begin() + static_cast<std::ptrdiff_t>(random_() % victims.size()));
  for (const SessionPointer& session : victims) {
    ++drops_;
    leave(*session, true);
    bgw_error error{BGW_E_TRANSIENT, 0, 0, "reset by peer"};
    const support::InsideAdapter inside(*session->host);
    session->host->fail(session->host->context, &error);
  }
}

bool Account::is_lost() const {
  const bool any_in = std::any_of(sessions_.begin(), sessions_.end(),
                                  [](const SessionPointer& s) { return s->state == Session::State::in; });
  if (!any_in) return ended_by_broker_;
  // A further connection that is not let in, or not soon, leaves some of what is wanted without any.
  if (refused_at_ != 0 && clock_.now() - refused_at_ < 2 * kMinute) return true;
  for (std::size_t i = 0; i < last_session_.size(); ++i)
    if (last_session_[i] != nullptr && last_session_[i]->ended_by_broker && last_session_[i]->carried.at(i).held)
      return true;
  return false;
}

// ---- what is subscribed

bgw_status Account::subscribe(Connection& connection, const bgw_subscription& wanted) {
  const SessionPointer& session = connection.session;
  if (session == nullptr || session->state != Session::State::in) return BGW_E_STATE;
  const std::size_t instrument = std::stoul(wanted.token);
  Subscribed& s = session->carried[instrument];
  // What is asked again keeps its handle. What was let go and is wanted at the same moment has a new one.
  const bool is_asked_again = s.held || (clock_.now() == s.ended_at && s.handle == wanted.instrument);
  s.handle = wanted.instrument;
  s.mode = wanted.mode;
  s.depth = wanted.depth_level;
  s.answers_until = std::max(s.answers_until, clock_.now() + (s.counted ? kAnswersAgain : kAnswers));
  s.asks = ++asks_;
  s.is_unanswered = traits_.declares_snapshots;
  if (!is_asked_again) s.begun_at = clock_.now();
  s.held = true;
  if (!std::exchange(s.counted, true)) count(*session, instrument, true);
  market_.begin(instrument);
  const SessionPointer before = std::exchange(last_session_[instrument], session);
  watcher_->on_subscribed(*this, *session, instrument, before);
  const auto held = static_cast<std::size_t>(
      std::count_if(session->carried.begin(), session->carried.end(), [](const auto& c) { return c.second.held; }));
  if (traits_.per_connection != 0 && held > traits_.per_connection)
    violate(std::to_string(held) + " instruments on one connection, " + std::to_string(traits_.per_connection) +
            " are allowed");
  if (!traits_.declares_snapshots && !traits_.sends_snapshots) return BGW_OK;
  clock_.after(between(20'000'000, 300'000'000),
               [this, session, instrument, asks = s.asks] { snapshot(session, instrument, asks); });
  return BGW_OK;
}

void Account::unsubscribe(Connection& connection, std::uint32_t handle) {
  const SessionPointer& session = connection.session;
  if (session == nullptr) return;
  for (auto& [instrument, s] : session->carried) {
    if (!s.held || s.handle != handle) continue;
    s.held = false;
    s.ended_at = clock_.now();
    clock_.after(kCountedLonger, [this, session, i = instrument] {
      Subscribed& late = session->carried[i];
      if (!late.held && clock_.now() - late.ended_at >= kCountedLonger && std::exchange(late.counted, false))
        count(*session, i, false);
    });
  }
}

void Account::count(Session& session, std::size_t instrument, bool in) {
  if (!market_.is_continuous(instrument)) return;
  const Exchange exchange = instruments()[instrument].exchange;
  Shown& x = session.shown[exchange];
  if (in && x.total() == 0) {
    x.begun_at = x.silent_since = x.unproved_since = clock_.now();
    x.live = 0;
    // What a login showed that the gateway ended, or puts this one beside, counts on.
    const SessionPointer& before = last_session_[instrument];
    const auto goes_on = [&] {
      const Subscribed& then = before->carried.at(instrument);
      return !before->ended_by_broker && (then.held || clock_.now() - then.ended_at < kCountedLonger);
    };
    if (before != nullptr && before.get() != &session && goes_on()) {
      x.silent_since = before->shown[exchange].silence_began();
      x.unproved_since = before->shown[exchange].unproved();
      x.live = before->shown[exchange].live;
    }
  }
  std::size_t& carried = x.carried[instruments()[instrument].pace];
  in ? ++carried : --carried;
  if (in && clock_.now() - x.begun_at >= kCountedLonger) x.grown_at = clock_.now();
  expect(x);
}

void Account::expect(Shown& x) {
  const bool is_known = x.carried[kIndexPace] != 0 || (traits_.busy_are_known && x.carried[kBusy] != 0);
  if (!is_known && x.total() < kMany)
    x.expected_since = 0;
  else if (x.expected_since == 0)
    x.expected_since = clock_.now() - x.begun_at < kCountedLonger ? x.silent_since : clock_.now();
  was_slow_ = was_slow_ || (x.expected_since != 0 && x.is_slow());
}

// What is in it from now on says nothing by its silence.
void Account::begin_auction() {
  for (const SessionPointer& session : sessions_)
    for (const auto& [instrument, s] : session->carried) {
      if (!s.counted || !instruments()[instrument].has_auction) continue;
      Shown& x = session->shown[kNse];
      --x.carried[instruments()[instrument].pace];
      expect(x);
    }
}

bool Account::is_in_time(std::size_t instrument, std::int64_t limit_ns) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const SessionPointer& session) {
    const auto found = session->carried.find(instrument);
    if (found == session->carried.end() || !found->second.held) return false;
    const std::int64_t since = std::max(market_.open_since(instruments()[instrument].exchange), found->second.begun_at);
    return clock_.now() - since <= limit_ns;
  });
}

// ---- what is shown

void Account::take(std::size_t instrument, const Trade& trade) {
  const std::int64_t at =
      std::max(clock_.now() + traits_.delay_ns + lag_ns_, pending_.empty() ? 0 : pending_.back().at);
  if (pending_.empty()) pending_alarm_.set(at - clock_.now());
  pending_.push_back({instrument, trade, at});
}

void Account::show_pending() {
  while (!pending_.empty() && pending_.front().at <= clock_.now()) {
    show(pending_.front().instrument, pending_.front().trade);
    pending_.pop_front();
  }
  if (!pending_.empty()) pending_alarm_.set(pending_.front().at - clock_.now());
}

void Account::show(std::size_t instrument, const Trade& trade) {
  cache_[instrument] = trade;
  const Exchange exchange = instruments()[instrument].exchange;
  for (const SessionPointer& session : sessions_) {
    const auto found = session->carried.find(instrument);
    if (found == session->carried.end() || !found->second.held || mute(*session, exchange) != nullptr) continue;
    const std::int64_t ahead = std::exchange(ahead_, false) ? kAhead : 0;
    publish(*session, found->second, instrument, trade, ahead);
    const bool live = ahead == 0 && clock_.now() - trade.at_ns <= lag_limit_ns_;
    // Where each request is answered, what comes first may be the answer, however late it is.
    Subscribed& s = session->carried.at(instrument);
    if (std::exchange(s.is_unanswered, false)) s.answers_until = std::max(s.answers_until, clock_.now() + kSecond);
    if (live) {
      Shown& x = session->shown[exchange];
      x.last_live = last_live_[exchange] = clock_.now();
      if (clock_.now() > found->second.answers_until) {
        if (x.last_proof != clock_.now()) x.proof_before = x.last_proof;
        x.last_proof = last_proof_[exchange] = clock_.now();
      }
      ++x.live;
    }
    watcher_->on_tick(*this, *session, instrument, trade, live);
  }
}

void Account::snapshot(const SessionPointer& session, std::size_t instrument, std::uint64_t asks) {
  Subscribed& s = session->carried[instrument];
  if (session->state != Session::State::in || !s.held || s.asks != asks) return;
  const Bad* bad = mute(*session, instruments()[instrument].exchange);
  if (bad != nullptr && bad->spell->snapshots == Spell::Snapshots::none) return;
  s.is_unanswered = false;
  publish(*session, s, instrument,
          bad != nullptr && bad->spell->snapshots == Spell::Snapshots::stand_still ? bad->frozen[instrument]
                                                                                   : cache_[instrument],
          0);
}

void Account::repeat(std::uint32_t min_mode) {
  ++book_changes_;
  for (const SessionPointer& session : sessions_)
    for (const auto& [instrument, s] : session->carried)
      if (s.held && s.mode >= min_mode) publish(*session, s, instrument, cache_[instrument], 0);
}

void Account::publish(const Session& session, const Subscribed& s, std::size_t instrument, const Trade& trade,
                      std::int64_t ahead_ns) {
  const std::int64_t wall = clock_.wall() - clock_.now() + trade.at_ns + ahead_ns;
  bgw_tick tick{};
  tick.instrument = s.handle;
  tick.modes = 2 * s.mode - 1;
  tick.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME;
  tick.ltp = price_of(instrument, trade.number);
  tick.exchange_time_ns = wall / traits_.resolution_ns * traits_.resolution_ns;
  if (s.mode >= BGW_MODE_QUOTE) {
    tick.present |= BGW_HAS_VOLUME | BGW_HAS_LAST_QUANTITY | BGW_HAS_LAST_TRADE_TIME;
    tick.last_quantity = 10;
    tick.volume = 10 * (static_cast<std::int64_t>(trade.number) + 1);
    tick.last_trade_time_ns = tick.exchange_time_ns;
  }
  const bgw_level level{tick.ltp, 1 + book_changes_, 0, 0};
  const bgw_book book{0, 1, 1, 0, 0, 0, 0, &level, &level};
  const bgw_update update{&tick, nullptr, s.mode == BGW_MODE_DEPTH ? &book : nullptr, nullptr, 0, 0};
  const support::InsideAdapter inside(*session.host);
  session.host->publish(session.host->context, &update);
}

// ---- weather

void Account::begin(const Spell& spell) {
  switch (spell.kind) {
    case Spell::Kind::mute: {
      if (spell.of_one_login && sessions_.empty()) return;
      Bad bad{&spell, 0, 0, support::VirtualClock::kNever, {}};
      if (spell.of_one_login) bad.session = sessions_[random_() % sessions_.size()]->number;
      if (spell.cured_by_login) bad.last = attempts_;
      if (spell.snapshots == Spell::Snapshots::stand_still) bad.frozen = cache_;
      bad_.push_back(std::move(bad));
      return;
    }
    case Spell::Kind::lag:
      lag_ns_ = spell.lag_ns;
      bad_.push_back({&spell, 0, 0, support::VirtualClock::kNever, {}});
      return;
    case Spell::Kind::ahead:
      ahead_ = true;
      return;
    case Spell::Kind::drop:
      return drop(!spell.of_one_login);
    case Spell::Kind::refuse_logins:
      refused_until_ = spell.until;
      return;
    case Spell::Kind::slow_logins:
      slow_until_ = spell.until;
      return;
  }
}

void Account::end(const Spell& spell) {
  if (spell.kind == Spell::Kind::lag) lag_ns_ = 0;
  for (Bad& bad : bad_) {
    if (bad.spell != &spell) continue;
    // What is under way still comes late.
    bad.until = spell.kind == Spell::Kind::lag && !pending_.empty() ? pending_.back().at : clock_.now();
    trouble_ended_ = std::max(trouble_ended_, bad.until);
  }
}

bool Account::is_clear() const {
  return std::none_of(bad_.begin(), bad_.end(), [this](const Bad& bad) {
    return bad.until >= clock_.now() && std::any_of(sessions_.begin(), sessions_.end(), [&](const SessionPointer& s) {
             return is_of(bad, *s, kNse) || is_of(bad, *s, kIndex) || is_of(bad, *s, kMcx);
           });
  });
}

bool Account::is_of(const Bad& bad, const Session& session, Exchange exchange) {
  if (bad.spell->kind == Spell::Kind::lag) return true;
  return (bad.spell->exchanges >> exchange & 1U) != 0 && (bad.session == 0 || bad.session == session.number) &&
         (bad.last == 0 || session.number <= bad.last);
}

const Account::Bad* Account::mute(const Session& session, Exchange exchange) const {
  for (const Bad& bad : bad_)
    if (bad.spell->kind == Spell::Kind::mute && bad.until > clock_.now() && is_of(bad, session, exchange)) return &bad;
  return nullptr;
}

bool Account::had_trouble(Exchange exchange, std::int64_t from, std::int64_t to) const {
  return std::any_of(bad_.begin(), bad_.end(), [&](const Bad& bad) {
    const bool is_its = bad.spell->kind == Spell::Kind::lag || (bad.spell->exchanges >> exchange & 1U) != 0;
    return is_its && bad.spell->from <= to && bad.until > from;
  });
}

bool Account::is_frozen(const Session& session, Exchange exchange) const {
  const Bad* bad = mute(session, exchange);
  if (bad == nullptr) return true;  // over, and nothing has traded yet
  return !traits_.declares_snapshots || bad->spell->snapshots == Spell::Snapshots::stand_still;
}

std::int64_t Account::stood_still_until() const {
  std::int64_t until = 0;
  for (const Bad& bad : bad_)
    if (bad.spell->kind == Spell::Kind::lag)
      until = std::max(until, std::min(clock_.now(), bad.spell->from + bad.spell->lag_ns + traits_.delay_ns));
  return until;
}

bool Account::was_bad(const Session& session, Exchange exchange, std::int64_t from, std::int64_t to) const {
  return std::any_of(bad_.begin(), bad_.end(), [&](const Bad& bad) {
    return bad.spell->from <= to && bad.until > from && is_of(bad, session, exchange);
  });
}

}  // namespace gw::market_days
