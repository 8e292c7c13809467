#include "core/liveness/market_watch.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace gw::liveness {
namespace {

using bus::FeedEvidence;
using bus::FeedState;

constexpr const char* kNoTick = "no tick";

}  // namespace

MarketWatch::MarketWatch(std::string_view exchange, bool answers, const WatchLimits& limits)
    : exchange_(exchange),
      answers_(answers),
      limits_(limits),
      carried_(exchange),
      pace_(limits.stall_ns),
      lag_(limits.lag_ns),
      asking_(limits.stall_ns, limits.first_tick_ns) {}

void MarketWatch::add(InstrumentKind kind, bool is_expected, std::int64_t now_ns) {
  if (carried_.count() == 0) forget_old_life(now_ns);
  carried_.add(kind, is_expected);
}

void MarketWatch::remove(InstrumentKind kind, bool is_expected, std::uint64_t ticks, std::int64_t now_ns) {
  carried_.remove(kind, is_expected);
  if (!pace_.on_unwanted(ticks)) ++pace_number_;
  if (carried_.count() == 0) rest(now_ns);
}

void MarketWatch::on_ready(std::int64_t now_ns) {
  // A login proves nothing, and what was silent before it is not called live because of it.
  if (verdict_.state == FeedState::live && carried_.open() != 0 &&
      now_ns - std::max(silent_since_ns(), last_live_ns_) > limits_.stall_ns)
    set(FeedState::unknown, FeedEvidence::none, now_ns, "nothing has come since the login");
  begin_ns_ = carried_.open_count() != 0 ? now_ns : 0;
  last_tick_ns_ = 0;
  pace_.on_ready();
  lag_.on_ready();
  asking_.forget();
  wants_login_ = false;
}

bool MarketWatch::on_tick(const Tick& tick) {
  const std::int64_t now_ns = tick.now_ns;
  last_tick_ns_ = now_ns;
  pace_.on_tick(now_ns);
  if (tick.exchange_time_ns == 0 ? lag_.is_proven() : !lag_.on_tick(tick)) return false;
  last_live_ns_ = now_ns;
  asking_.forget();
  wants_login_ = false;
  if (verdict_.state == FeedState::quiet || verdict_.state == FeedState::stale) ticks_again_since_ns_ = now_ns;
  if (verdict_.state != FeedState::live) set(FeedState::live, FeedEvidence::none, now_ns, "live");
  return true;
}

void MarketWatch::on_no_frame(std::string_view why) {
  if (carried_.open_count() == 0) return;
  set(FeedState::stale, FeedEvidence::proved, silent_since_ns(), std::string(why));
  verdict_.no_frame = true;
}

void MarketWatch::on_proof(std::int64_t now_ns, std::string_view why) {
  if (carried_.open_count() == 0 || now_ns - silent_since_ns() <= limits_.stall_ns) return;
  set(FeedState::stale, FeedEvidence::proved, silent_since_ns(), std::string(why));
  wants_login_ = true;
}

// Since when a tick is expected: the last tick, the open, the login or the first subscription, whichever came last.
std::int64_t MarketWatch::silent_since_ns() const { return std::max(begin_ns_, last_tick_ns_); }

bool MarketWatch::check(std::int64_t now_ns, std::uint32_t open, bool has_hours) {
  carried_.set_hours(has_hours);
  const bool asks = look(now_ns, open);
  is_unlike_itself_ = verdict_.state == FeedState::quiet && begin_ns_ != 0 && is_alarming(now_ns);
  return asks;
}

void MarketWatch::note_open(std::int64_t now_ns, std::uint32_t open) {
  if (open != carried_.open()) {
    // Other instruments trade, at another pace.
    forget_pace();
    lag_.forget();
    asking_.end_round();
    begin_ns_ = 0;
  }
  carried_.set_open(open, now_ns);
}

bool MarketWatch::look(std::int64_t now_ns, std::uint32_t open) {
  note_open(now_ns, open);
  if (carried_.open_count() == 0) {
    rest(now_ns);
    return false;
  }
  if (begin_ns_ == 0) {
    begin_ns_ = now_ns;
    forget_old_life(now_ns);
  }
  drop_void_evidence();
  if (!carried_.should_tick())
    expected_since_ns_ = 0;
  else if (expected_since_ns_ == 0)
    expected_since_ns_ = now_ns;
  if (const auto late = lag_.check(carried_.open_count() == 1)) {
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
    // Ticks come late, without a proof that it is the feed which is late.
    const bool is_told = verdict_.state == FeedState::live || verdict_.state == FeedState::unknown;
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
  // An exchange that should have ticked by now is asked at once, and not when the next round happens to come.
  const bool is_missed = verdict_.evidence == FeedEvidence::none && evidence_of_silence(now_ns) != FeedEvidence::none;
  return asking_.may_begin(now_ns, is_missed);
}

void MarketWatch::forget_pace() {
  pace_.forget();
  ++pace_number_;
}

// A feed that was live when the market closed, or when its last instrument was unsubscribed, has to show that again.
void MarketWatch::forget_old_life(std::int64_t now_ns) {
  if (verdict_.state == FeedState::live && last_live_ns_ < now_ns - limits_.stall_ns)
    set(FeedState::unknown, FeedEvidence::none, now_ns, "nothing has come yet");
}

// The instruments whose silence spoke against the feed may not be carried any more.
void MarketWatch::drop_void_evidence() {
  if (verdict_.evidence != FeedEvidence::expected || carried_.should_tick()) return;
  wants_login_ = false;
  set(FeedState::quiet, FeedEvidence::none, silent_since_ns(), kNoTick);
}

// Nothing trades, or nothing is carried: silence is as it should be.
void MarketWatch::rest(std::int64_t now_ns) {
  begin_ns_ = expected_since_ns_ = 0;
  asking_.end_round();
  wants_login_ = false;
  if (carried_.count() == 0) {
    if (verdict_.state != FeedState::unknown)
      set(FeedState::unknown, FeedEvidence::none, now_ns, "nothing is subscribed");
    return;
  }
  if (verdict_.state == FeedState::stale || verdict_.evidence != FeedEvidence::none)
    set(FeedState::quiet, FeedEvidence::none, now_ns, "the market is not open");
}

void MarketWatch::began_asking(std::span<const SecondAsking::Asked> asked, bool any_heard, std::int64_t now_ns,
                               std::int64_t wall_ns) {
  asking_.begin(asked, any_heard, now_ns, wall_ns);
}

void MarketWatch::judge_answers(SecondAsking::Finding finding, std::int64_t now_ns) {
  if (finding == SecondAsking::Finding::unclear) return asking_.ask_soon(now_ns);
  if (finding == SecondAsking::Finding::missed) {
    set(FeedState::stale, FeedEvidence::proved, silent_since_ns(),
        "no tick, and the broker has newer values when asked again");
    wants_login_ = true;
    return;
  }
  // Where nothing ever came, single tokens may be wrong in themselves; twenty of them are not.
  if (finding == SecondAsking::Finding::dead &&
      (asking_.any_heard() || (last_tick_ns_ == 0 && carried_.open_count() >= CarriedInstruments::kMany))) {
    set(FeedState::stale, FeedEvidence::proved, silent_since_ns(),
        "no tick, and the broker gives no answer when asked again");
    wants_login_ = true;
    return;
  }
  if (finding == SecondAsking::Finding::dead) return judge_silence(now_ns);
  set_quiet(evidence_of_silence(now_ns), "no tick, and the broker has the same values when asked again");
}

// The feed's own pace says that this silence is like no other.
bool MarketWatch::is_alarming(std::int64_t now_ns) const {
  return pace_.has_alarm(carried_.should_tick()) && now_ns - silent_since_ns() > pace_.alarming_ns();
}

FeedEvidence MarketWatch::evidence_of_silence(std::int64_t now_ns) const {
  if (expected_since_ns_ == 0) return FeedEvidence::none;
  const std::int64_t expected_since_ns = std::max(begin_ns_, expected_since_ns_);
  const bool is_known = last_live_ns_ >= expected_since_ns && pace_.is_learned();
  const bool is_overdue = !is_known && now_ns - std::max(expected_since_ns, last_live_ns_) > limits_.first_tick_ns;
  return is_overdue || is_alarming(now_ns) ? FeedEvidence::expected : FeedEvidence::none;
}

// Judges a silence without answers: the feed is stale if something should have ticked by now.
void MarketWatch::judge_silence(std::int64_t now_ns) {
  const FeedEvidence evidence = evidence_of_silence(now_ns);
  if (evidence == FeedEvidence::none) return set_quiet(evidence, kNoTick);
  wants_login_ = true;
  if (verdict_.state == FeedState::stale && verdict_.evidence >= evidence && !verdict_.no_frame) return;
  set(FeedState::stale, evidence, silent_since_ns(), "no tick, though ticks are expected");
}

// `evidence` expected: this broker may know no better, and another one may.
void MarketWatch::set_quiet(FeedEvidence evidence, const char* how) {
  // Only a live tick ends what is stale: until then further logins are tried. A connection that had no frames has been
  // replaced by now.
  const bool is_still_stale = verdict_.state == FeedState::stale && !verdict_.no_frame;
  wants_login_ = evidence != FeedEvidence::none || is_still_stale;
  if (is_still_stale) return;
  if (verdict_.state == FeedState::quiet && verdict_.evidence == evidence) return;
  set(FeedState::quiet, evidence, silent_since_ns(), how);
}

void MarketWatch::set(FeedState state, FeedEvidence evidence, std::int64_t since_ns, std::string message) {
  verdict_ = {state, evidence, since_ns, std::move(message), false};
}

}  // namespace gw::liveness
