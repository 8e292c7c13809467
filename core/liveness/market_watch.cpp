#include "core/liveness/market_watch.hpp"

#include <algorithm>
#include <numeric>

#include "core/base/text.hpp"

namespace gw::liveness {
namespace {

using bus::FeedEvidence;
using bus::FeedState;

constexpr const char* kNoTick = "no tick";
// Instruments of one exchange, of which one at least ticks soon after the open, whatever they are: a chain of strikes
// around the price has as many, and some of those trade; 14 far ones may not trade all day.
constexpr std::size_t kMany = 20;
// Each round of asking costs the broker six requests, and one whose last answers were the same has the less to tell the
// sooner it comes: twice as long, the first minute of a silence has four rounds with a limit of 6.5 s, not nine.
constexpr std::int64_t kSlower = 2;
// A tick of what traded when it was asked has come by then, so that the next round tells it from one that was missed.
constexpr std::int64_t kOnItsWay = SecondAsking::kAnswerLimit;

}  // namespace

MarketWatch::MarketWatch(std::string_view exchange, bool answers, const WatchLimits& limits)
    : exchange_(exchange),
      answers_(answers),
      is_index_(exchange.ends_with("_INDEX")),
      limits_(limits),
      pace_(limits.stall_ns),
      lag_(limits.lag_ns) {}

void MarketWatch::add(InstrumentKind kind, bool is_expected, std::int64_t now_ns) {
  if (carried() == 0) forget_old_life(now_ns);
  ++carried_[static_cast<std::size_t>(kind)];
  if (is_expected) ++expected_[static_cast<std::size_t>(kind)];
}

void MarketWatch::remove(InstrumentKind kind, bool is_expected, std::uint64_t ticks, std::int64_t now_ns) {
  --carried_[static_cast<std::size_t>(kind)];
  if (is_expected) --expected_[static_cast<std::size_t>(kind)];
  if (!pace_.on_unwanted(ticks)) ++pace_number_;
  if (carried() == 0) rest(now_ns);
}

void MarketWatch::set_expected(InstrumentKind kind, bool is_expected) {
  std::size_t& count = expected_[static_cast<std::size_t>(kind)];
  is_expected ? ++count : --count;
}

std::size_t MarketWatch::carried() const { return std::accumulate(carried_.begin(), carried_.end(), std::size_t{0}); }

std::size_t MarketWatch::carried_open() const {
  std::size_t count = 0;
  for (const InstrumentKind kind : kInstrumentKinds)
    if (is_open(kind)) count += carried_[static_cast<std::size_t>(kind)];
  return count;
}

bool MarketWatch::is_expected() const { return has_hours_ && (ticks_soon() || carried_open() >= kMany); }

// An index, or an instrument that did so in its last sessions.
bool MarketWatch::ticks_soon() const {
  return is_index_ ||
         std::any_of(std::begin(kInstrumentKinds), std::end(kInstrumentKinds), [this](InstrumentKind kind) {
           return is_open(kind) && expected_[static_cast<std::size_t>(kind)] != 0;
         });
}

void MarketWatch::on_ready(std::int64_t now_ns) {
  // A login proves nothing, and what was silent before it is not called live because of it.
  if (state_ == FeedState::live && open_ != 0 && now_ns - std::max(silent_since_ns(), last_live_ns_) > limits_.stall_ns)
    set(FeedState::unknown, FeedEvidence::none, now_ns, "not heard since the login");
  begin_ns_ = open_ != 0 && carried_open() != 0 ? now_ns : 0;
  last_tick_ns_ = 0;
  pace_.on_ready();
  lag_.on_ready();
  asking_.forget();
  next_asking_ns_ = 0;
  asking_pause_ns_ = 0;
  wants_login_ = false;
}

bool MarketWatch::on_tick(const Tick& tick) {
  const std::int64_t now_ns = tick.now_ns;
  last_tick_ns_ = now_ns;
  pace_.on_tick(now_ns);
  if (tick.exchange_time_ns != 0 && !lag_.on_tick(tick)) return false;
  last_live_ns_ = now_ns;
  asking_.forget();
  asking_pause_ns_ = next_asking_ns_ = 0;
  wants_login_ = false;
  if (state_ == FeedState::quiet || state_ == FeedState::stale) ticks_again_since_ns_ = now_ns;
  if (state_ != FeedState::live) set(FeedState::live, FeedEvidence::none, now_ns, "live");
  return true;
}

void MarketWatch::on_no_frame(std::string_view why) {
  if (carried_open() == 0) return;
  set(FeedState::stale, FeedEvidence::proved, silent_since_ns(), std::string(why));
  no_frame_ = true;
}

void MarketWatch::on_proof(std::int64_t now_ns, std::string_view why) {
  if (carried_open() == 0 || now_ns - silent_since_ns() <= limits_.stall_ns) return;
  set(FeedState::stale, FeedEvidence::proved, silent_since_ns(), std::string(why));
  wants_login_ = true;
}

// What is due is due since the last tick, the open, the login, or since something is carried.
std::int64_t MarketWatch::silent_since_ns() const { return std::max(begin_ns_, last_tick_ns_); }

bool MarketWatch::check(std::int64_t now_ns, std::uint32_t open, bool has_hours) {
  has_hours_ = has_hours;
  const bool asks = look(now_ns, open);
  is_unlike_itself_ = state_ == FeedState::quiet && begin_ns_ != 0 && is_alarming(now_ns);
  return asks;
}

bool MarketWatch::look(std::int64_t now_ns, std::uint32_t open) {
  if (open != open_) {
    // Other instruments trade, at another pace.
    forget_pace();
    lag_.forget();
    asking_.forget();
    if (has_looked_) opened_ns_ = now_ns;
    for (const InstrumentKind kind : kInstrumentKinds)
      if ((open & bit(kind)) != 0 && !is_open(kind)) kind_opened_ns_[static_cast<std::size_t>(kind)] = now_ns;
    open_ = open;
    begin_ns_ = 0;
  }
  has_looked_ = true;
  if (carried_open() == 0) {
    rest(now_ns);
    return false;
  }
  if (begin_ns_ == 0) {
    begin_ns_ = now_ns;
    forget_old_life(now_ns);
  }
  drop_void_evidence();
  if (!is_expected())
    expected_since_ns_ = 0;
  else if (expected_since_ns_ == 0)
    expected_since_ns_ = now_ns;
  if (const auto late = lag_.check(carried_open() == 1)) {
    set(FeedState::stale, FeedEvidence::proved, now_ns - *late,
        "ticks are " + seconds_text(*late) + " late, limit " + seconds_text(limits_.lag_ns));
    wants_login_ = true;
    return false;
  }
  if (asking_.is_under_way()) {
    const bool overdue = pace_.is_known() && now_ns - silent_since_ns() > pace_.unusual_ns();
    if (const auto finding = asking_.check(now_ns, overdue)) judge_answers(*finding, now_ns);
    return false;
  }
  // However seldom it ticks, nothing is called live for longer than the first tick is waited for.
  const std::int64_t usual = std::min(pace_.unusual_ns(), std::max(limits_.stall_ns, limits_.first_tick_ns));
  if (now_ns - silent_since_ns() <= usual) {
    // Ticks that come late, without a proof that it is the feed which is late.
    const bool is_told = state_ == FeedState::live || state_ == FeedState::unknown;
    if (is_told && last_tick_ns_ != 0 && lag_.is_late() && !lag_.was_in_time() &&
        now_ns - std::max(begin_ns_, last_live_ns_) > usual)
      set(FeedState::quiet, FeedEvidence::none, std::max(begin_ns_, last_live_ns_),
          "ticks are " + seconds_text(lag_.lag_ns()) + " late");
    return false;
  }
  if (!answers_) {
    judge_silence(now_ns);
    return false;
  }
  // What should have ticked by now is asked for at once, and not when the next round happens to come.
  const bool is_missed = evidence_ == FeedEvidence::none && evidence_of_silence(now_ns) != FeedEvidence::none;
  return now_ns >= (is_missed ? asked_ns_ + limits_.stall_ns : next_asking_ns_);
}

void MarketWatch::forget_pace() {
  pace_.forget();
  ++pace_number_;
}

// What lived when the market closed, or when something was subscribed last, has to show it again.
void MarketWatch::forget_old_life(std::int64_t now_ns) {
  if (state_ == FeedState::live && last_live_ns_ < now_ns - limits_.stall_ns)
    set(FeedState::unknown, FeedEvidence::none, now_ns, "not heard yet");
}

// What spoke against it may be carried no more.
void MarketWatch::drop_void_evidence() {
  if (evidence_ != FeedEvidence::expected || is_expected()) return;
  wants_login_ = false;
  set(FeedState::quiet, FeedEvidence::none, silent_since_ns(), kNoTick);
}

// Nothing trades, or nothing is carried: silence is as it should be.
void MarketWatch::rest(std::int64_t now_ns) {
  begin_ns_ = expected_since_ns_ = 0;
  asking_.forget();
  wants_login_ = false;
  if (carried() == 0) {
    if (state_ != FeedState::unknown) set(FeedState::unknown, FeedEvidence::none, now_ns, "nothing is subscribed");
    return;
  }
  if (state_ == FeedState::stale || evidence_ != FeedEvidence::none)
    set(FeedState::quiet, FeedEvidence::none, now_ns, "the market is not open");
}

void MarketWatch::began_asking(std::span<const SecondAsking::Asked> asked, bool any_heard, std::int64_t now_ns,
                               std::int64_t wall_ns) {
  asking_.begin(asked, now_ns, wall_ns);
  any_heard_ = any_heard;
  // A quiet contract is asked as often as an operator can wait for a first tick; a feed that has just fallen silent
  // sooner.
  asking_pause_ns_ = std::min(std::max(limits_.stall_ns, kSlower * asking_pause_ns_),
                              std::max(limits_.stall_ns, limits_.first_tick_ns));
  asked_ns_ = now_ns;
  next_asking_ns_ = now_ns + asking_pause_ns_;
}

void MarketWatch::judge_answers(SecondAsking::Finding finding, std::int64_t now_ns) {
  if (finding == SecondAsking::Finding::unclear) {
    next_asking_ns_ = now_ns + std::min(limits_.stall_ns, kOnItsWay);
    return;
  }
  if (finding == SecondAsking::Finding::missed) {
    set(FeedState::stale, FeedEvidence::proved, silent_since_ns(), "no tick, and newer values when asked again");
    wants_login_ = true;
    return;
  }
  // Of what never came, a token may be wrong in itself; twenty of them are not.
  if (finding == SecondAsking::Finding::dead && (any_heard_ || (last_tick_ns_ == 0 && carried_open() >= kMany))) {
    set(FeedState::stale, FeedEvidence::proved, silent_since_ns(), "no tick, and no answer when asked again");
    wants_login_ = true;
    return;
  }
  if (finding == SecondAsking::Finding::dead) return judge_silence(now_ns);
  set_quiet(evidence_of_silence(now_ns), "no tick, and the same values when asked again");
}

// Its own pace says that this silence is like no other of this feed.
bool MarketWatch::is_alarming(std::int64_t now_ns) const {
  return pace_.has_alarm(is_expected()) && now_ns - silent_since_ns() > pace_.alarming_ns();
}

FeedEvidence MarketWatch::evidence_of_silence(std::int64_t now_ns) const {
  if (expected_since_ns_ == 0) return FeedEvidence::none;
  const std::int64_t due_since = std::max(begin_ns_, expected_since_ns_);
  const bool is_known = last_live_ns_ >= due_since && pace_.is_learned();
  const bool is_overdue = !is_known && now_ns - std::max(due_since, last_live_ns_) > limits_.first_tick_ns;
  return is_overdue || is_alarming(now_ns) ? FeedEvidence::expected : FeedEvidence::none;
}

// Nothing can be asked: what should tick decides.
void MarketWatch::judge_silence(std::int64_t now_ns) {
  const FeedEvidence evidence = evidence_of_silence(now_ns);
  if (evidence == FeedEvidence::none) return set_quiet(evidence, kNoTick);
  wants_login_ = true;
  if (state_ == FeedState::stale && evidence_ >= evidence && !no_frame_) return;
  set(FeedState::stale, evidence, silent_since_ns(), "no tick, though some are due");
}

// Expected: the broker may know no better, and another one may.
void MarketWatch::set_quiet(FeedEvidence evidence, const char* how) {
  // What proved a feed stale is disproved by a live tick alone: until then further logins are tried. A connection
  // without frames is another one now.
  const bool is_still_stale = state_ == FeedState::stale && !no_frame_;
  wants_login_ = evidence != FeedEvidence::none || is_still_stale;
  if (is_still_stale) return;
  if (state_ == FeedState::quiet && evidence_ == evidence) return;
  set(FeedState::quiet, evidence, silent_since_ns(), how);
}

void MarketWatch::set(FeedState state, FeedEvidence evidence, std::int64_t since_ns, std::string message) {
  state_ = state;
  evidence_ = evidence;
  since_ns_ = since_ns;
  message_ = std::move(message);
  no_frame_ = false;
}

}  // namespace gw::liveness
