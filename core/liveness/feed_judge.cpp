#include "core/liveness/feed_judge.hpp"

#include <algorithm>

namespace gw::liveness {
namespace {

// Brokers answer a subscribe within one round trip, but thousands may be subscribed together, and the first values of
// all of them queue on one line: at 80 bytes for each, ten seconds are enough for 3000 on one of 200 kbit/s. A packet
// that comes later is no answer where no answer is promised. Where one is promised, it is waited for as long as nothing
// else of the exchange ticks: a late answer that was taken for a tick would end a silence that it proves.
constexpr std::int64_t kAnswerTime = 10'000'000'000;
// A request that the present one follows within this time may still be answered, so that two answers are expected.
// Asking again gives a link up as dead after the same time: an older request will not be answered any more.
constexpr std::int64_t kAnswersOverlap = SecondAsking::kAnswerLimit;
// A broker answers a subscribe by one packet, or by two where subscribing and choosing the mode are two requests. Those
// are sent together, so that their answers are less than this apart. A packet that comes later is a tick, if it says
// anything new.
constexpr std::int64_t kSnapshotsApart = 1'000'000'000;
// Silence is found at most a sixteenth of its limit too late, and a look costs next to nothing.
constexpr int kPeriodsOfLimit = 16;
// Tests have limits of some 50 ms. A period below two milliseconds would mean more looks than frames.
constexpr std::int64_t kMinPeriod = 2'000'000;
// Whatever the limit, the open, the close and a first tick that does not come are found to the second, as the calendar
// has them.
constexpr std::int64_t kMaxPeriod = 1'000'000'000;

}  // namespace

FeedJudge::FeedJudge(JudgeServices services, const WatchLimits& limits)
    : services_(std::move(services)),
      limits_(limits),
      period_ns_(std::clamp(limits.stall_ns / kPeriodsOfLimit, kMinPeriod, kMaxPeriod)) {}

std::uint32_t FeedJudge::market_of(std::string_view exchange) {
  for (std::uint32_t i = 0; i < markets_.size(); ++i)
    if (markets_[i]->exchange() == exchange) return i;
  markets_.push_back(std::make_unique<MarketWatch>(exchange, services_.answers(exchange), limits_));
  return static_cast<std::uint32_t>(markets_.size() - 1);
}

void FeedJudge::on_wanted(std::uint32_t handle, std::string_view symbol, std::string_view exchange, InstrumentKind kind,
                          std::int64_t now_ns, std::int64_t wall_ns) {
  if (handle >= instruments_.size()) instruments_.resize(handle + 1);
  Instrument& i = instruments_[handle];
  std::int64_t subscribed_ns = 0;
  if (i.market != kNone) {
    if (markets_[i.market]->exchange() == exchange) return describe(i, symbol, kind, wall_ns);
    subscribed_ns = i.subscribed_ns;
    on_unwanted(handle, now_ns);
  }
  // Answers to requests from before its end may still be on their way.
  const Answers answers = i.answers;
  i = {};
  i.answers = answers;
  i.subscribed_ns = subscribed_ns;
  i.market = market_of(exchange);
  i.kind = kind;
  i.symbol = symbol;
  i.is_expected = services_.is_expected && services_.is_expected(symbol, exchange, wall_ns);
  MarketWatch& market = *markets_[i.market];
  const bus::FeedState before = market.state();
  market.add(kind, i.is_expected, now_ns);
  has_news_ = has_news_ || market.state() != before;
}

// From now on the hours are those of the new kind. Ticks stay counted, whatever the instrument is called.
void FeedJudge::describe(Instrument& i, std::string_view symbol, InstrumentKind kind, std::int64_t wall_ns) {
  MarketWatch& market = *markets_[i.market];
  if (kind != i.kind) market.change_kind(std::exchange(i.kind, kind), kind, i.is_expected);
  if (symbol == i.symbol) return;
  i.symbol = symbol;
  const bool is_expected = services_.is_expected && services_.is_expected(symbol, market.exchange(), wall_ns);
  if (std::exchange(i.is_expected, is_expected) != is_expected) market.set_expected(kind, is_expected);
}

void FeedJudge::on_unwanted(std::uint32_t handle, std::int64_t now_ns) {
  if (handle >= instruments_.size() || instruments_[handle].market == kNone) return;
  Instrument& i = instruments_[handle];
  MarketWatch& market = *markets_[i.market];
  const bus::FeedState before = market.state();
  market.remove(i.kind, i.is_expected, i.pace_number == market.pace_number() ? i.ticks : 0, now_ns);
  has_news_ = has_news_ || market.state() != before;
  i.market = kNone;
}

void FeedJudge::on_ready(std::int64_t now_ns) {
  for (const auto& market : markets_) market->on_ready(now_ns);
  has_news_ = true;
  for (Instrument& i : instruments_) {
    i.has_ticked = false;
    i.heard_ns = i.subscribed_ns = i.exchange_time_ns = 0;
    i.answers = {};
  }
}

void FeedJudge::on_asked(std::uint32_t handle, std::int64_t now_ns) {
  Instrument& i = instruments_[handle];
  i.has_ticked = false;
  if (i.subscribed_ns == 0) i.subscribed_ns = now_ns;
  i.answers.expected = now_ns - i.answers.asked_ns <= kAnswersOverlap ? i.answers.expected + 1 : 1;
  i.answers.asked_ns = now_ns;
}

// Snapshots are the first packet after each request, a second one soon after that, and packets that say nothing new.
bool FeedJudge::is_snapshot(Instrument& i, const MarketWatch& market, const LastValues& values, std::int64_t now_ns) {
  Answers& answers = i.answers;
  if (std::exchange(answers.is_second_expected, false) && now_ns - answers.answered_ns <= kSnapshotsApart) return true;
  const bool is_waited_for = market.is_answered() && market.state() != bus::FeedState::live;
  if (answers.expected != 0 && (is_waited_for || now_ns - answers.asked_ns <= kAnswerTime)) {
    --answers.expected;
    answers.answered_ns = now_ns;
    answers.is_second_expected = true;
    return true;
  }
  return i.last.is_known() && !values.differs_from(i.last);
}

bool FeedJudge::on_update(const bgw_update& update, std::int64_t now_ns, std::int64_t exchange_time_ns,
                          std::int64_t wall_ns) {
  if (update.tick->instrument >= instruments_.size()) return false;
  Instrument& i = instruments_[update.tick->instrument];
  if (i.market == kNone) return false;
  MarketWatch& market = *markets_[i.market];
  const LastValues values(update);
  i.heard_ns = now_ns;
  // Once the instrument has ticked, all its packets are ticks.
  const bool snapshot = !i.has_ticked && is_snapshot(i, market, values, now_ns);
  i.last = values;
  const std::int64_t before_ns = std::exchange(i.exchange_time_ns, exchange_time_ns);
  if (snapshot) {
    market.on_answer(update.tick->instrument, values);
    return false;
  }
  i.has_ticked = true;
  if (std::exchange(i.pace_number, market.pace_number()) != market.pace_number()) i.ticks = 0;
  ++i.ticks;
  const bus::FeedState before = market.state();
  const bool time_goes_on = before_ns != 0 && exchange_time_ns > before_ns;
  const bool live = market.on_tick({update.tick->instrument, now_ns, exchange_time_ns, time_goes_on, wall_ns});
  if (market.state() != before) has_news_ = true;
  if (live && !i.is_noted) note(i, now_ns - expected_since_ns(i) <= limits_.first_tick_ns, wall_ns);
  return live;
}

// Since when a first tick of the instrument is expected: its own kind's open counts, whatever other kinds do.
std::int64_t FeedJudge::expected_since_ns(const Instrument& i) const {
  return std::max(markets_[i.market]->carried().opened_ns(i.kind), i.subscribed_ns);
}

// Notes whether the instrument ticked in time in this trading session, if its market is open.
void FeedJudge::note(Instrument& i, bool in_time, std::int64_t wall_ns) {
  const MarketWatch& market = *markets_[i.market];
  if (market.begin_ns() == 0 || !market.carried().is_open(i.kind) || !market.carried().has_hours()) return;
  i.is_noted = true;
  if (services_.session_seen) services_.session_seen(i.symbol, market.exchange(), wall_ns, in_time);
}

void FeedJudge::on_no_frame(std::int64_t now_ns, std::int64_t wall_ns, std::string_view why) {
  check(now_ns, wall_ns);  // finds which markets are open
  asking_.clear();
  for (const auto& market : markets_) market->on_no_frame(why);
  has_news_ = true;
}

void FeedJudge::on_proof(std::string_view exchange, std::int64_t now_ns, std::string_view why) {
  for (const auto& market : markets_)
    if (market->exchange() == exchange) market->on_proof(now_ns, why);
  has_news_ = true;
}

void FeedJudge::distrust_clock() {
  for (const auto& market : markets_) market->distrust_clock();
}

std::uint32_t FeedJudge::open_kinds(const MarketWatch& market, std::int64_t wall_ns) const {
  std::uint32_t open = 0;
  for (const InstrumentKind kind : kInstrumentKinds)
    if (!services_.is_open || services_.is_open(market.exchange(), kind, wall_ns))
      open |= CarriedInstruments::bit(kind);
  return open;
}

void FeedJudge::check(std::int64_t now_ns, std::int64_t wall_ns) {
  asking_.clear();
  for (std::uint32_t m = 0; m < markets_.size(); ++m) {
    MarketWatch& market = *markets_[m];
    const bus::FeedState state = market.state();
    const bus::FeedEvidence evidence = market.evidence();
    const bool was_unlike_itself = market.is_unlike_itself();
    const bool was_expecting = market.begin_ns() != 0;
    const bool has_hours = !services_.has_hours || services_.has_hours(market.exchange());
    if (market.check(now_ns, open_kinds(market, wall_ns), has_hours)) asking_.push_back(m);
    if (!was_expecting && market.begin_ns() != 0) look_up_expected(m, wall_ns);
    if (market.state() != state || market.evidence() != evidence || market.is_unlike_itself() != was_unlike_itself)
      has_news_ = true;
  }
  note_sessions(now_ns, wall_ns);
}

// A trading session begins, so that other sessions are the last three: looks up anew which instruments should tick.
void FeedJudge::look_up_expected(std::uint32_t market, std::int64_t wall_ns) {
  if (!services_.is_expected) return;
  for (Instrument& i : instruments_) {
    if (i.market != market) continue;
    const bool is_expected = services_.is_expected(i.symbol, markets_[market]->exchange(), wall_ns);
    if (std::exchange(i.is_expected, is_expected) != is_expected) markets_[market]->set_expected(i.kind, is_expected);
  }
}

// Notes the instruments that should have ticked and did not, while others of their exchange did. After a close all
// instruments may be noted anew, for the next trading session.
void FeedJudge::note_sessions(std::int64_t now_ns, std::int64_t wall_ns) {
  if (!services_.session_seen) return;
  for (Instrument& i : instruments_) {
    if (i.market == kNone) continue;
    const MarketWatch& market = *markets_[i.market];
    if (market.begin_ns() == 0) {
      i.is_noted = false;
      continue;
    }
    const std::int64_t end = expected_since_ns(i) + limits_.first_tick_ns;
    if (!i.is_noted && i.subscribed_ns != 0 && now_ns > end && market.last_live_ns() > end - limits_.first_tick_ns)
      note(i, false, wall_ns);
  }
}

std::vector<std::uint32_t> FeedJudge::take_asking(std::int64_t now_ns, std::int64_t wall_ns) {
  std::vector<std::uint32_t> handles;
  while (handles.empty() && !asking_.empty()) {
    handles = choose(asking_.back());
    MarketWatch& market = *markets_[asking_.back()];
    asking_.pop_back();
    if (handles.empty()) continue;
    std::vector<SecondAsking::Asked> asked;
    bool any_heard = false;
    for (const std::uint32_t handle : handles) {
      const Instrument& i = instruments_[handle];
      // A value that is newer than one of an earlier login may have been missed between the two logins.
      asked.push_back({handle, i.last, i.heard_ns != 0 && i.heard_ns >= market.values_count_from_ns()});
      any_heard = any_heard || i.heard_ns != 0;
    }
    market.began_asking(asked, any_heard, now_ns, wall_ns);
  }
  return handles;
}

// Chooses which of the subscribed instruments to ask again: those with the most recent packets, because their answers
// can be compared with something. Where the exchange has sent nothing yet, any will do.
std::vector<std::uint32_t> FeedJudge::choose(std::uint32_t market) const {
  std::vector<std::uint32_t> handles;
  for (std::uint32_t handle = 0; handle < instruments_.size(); ++handle)
    if (const Instrument& i = instruments_[handle];
        i.market == market && i.subscribed_ns != 0 && markets_[market]->carried().is_open(i.kind))
      handles.push_back(handle);
  const std::size_t count = std::min(handles.size(), SecondAsking::kMax);
  std::partial_sort(
      handles.begin(), handles.begin() + static_cast<std::ptrdiff_t>(count), handles.end(),
      [this](std::uint32_t a, std::uint32_t b) { return instruments_[a].heard_ns > instruments_[b].heard_ns; });
  handles.resize(count);
  return handles;
}

const MarketWatch* FeedJudge::wants_login() const {
  const MarketWatch* worst = nullptr;
  for (const auto& market : markets_)
    if (market->wants_login() && (worst == nullptr || market->evidence() > worst->evidence() ||
                                  (market->evidence() == worst->evidence() && market->state() > worst->state())))
      worst = market.get();
  return worst;
}

bool FeedJudge::is_well() const {
  return wants_login() == nullptr && std::none_of(markets_.begin(), markets_.end(), [](const auto& market) {
           return market->state() == bus::FeedState::stale;
         });
}

bool FeedJudge::lives(std::string_view exchange) const {
  return std::any_of(markets_.begin(), markets_.end(), [&](const auto& market) {
    return market->exchange() == exchange && market->state() == bus::FeedState::live;
  });
}

bool FeedJudge::any_lives() const {
  return std::any_of(markets_.begin(), markets_.end(),
                     [](const auto& market) { return market->state() == bus::FeedState::live; });
}

}  // namespace gw::liveness
