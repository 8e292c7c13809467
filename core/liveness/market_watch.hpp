// Whether the feed of one exchange on one connection lives: what its ticks, their absence, and the answers to asking
// again prove. Knows no clock: all times are the caller's, monotonic but for exchange times and `wall_ns`. It is
// larger than others and one thing: every function feeds the one verdict, or asks for it. Thread: feed.
//
// Missed ticks are proved by asking again, where the broker answers, and by another broker's values; late ticks by
// their own times. Silence alone says something only where some of what is carried should tick: an index, an
// instrument that ticked in time in its last sessions, or twenty instruments of the exchange, whatever they are; and
// that only of an exchange whose hours are known.
//   - What has not ticked since the open, the login, or since it is carried, is missed after first_tick_limit.
//   - What has ticked, but for less than the first minutes, may not be known yet: it is missed first_tick_limit after
//     its last tick, or sooner by its own pace.
//   - Later its own pace alone decides: twenty times its longest recent pause.
// Fewer instruments are quiet however long they are silent, whatever their pace was, and cost nothing.
// Where the broker answers with the same values it may know no better: what is missed is quiet then, and not stale, and
// other brokers are asked for their ticks. Where nobody can be asked it is stale.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/instrument_kind.hpp"
#include "core/liveness/asking_rounds.hpp"
#include "core/liveness/carried_instruments.hpp"
#include "core/liveness/feed_verdict.hpp"
#include "core/liveness/lag_watch.hpp"
#include "core/liveness/pace.hpp"

namespace gw::liveness {

struct WatchLimits {
  std::int64_t stall_ns = 0;
  std::int64_t lag_ns = 0;  // 0: none
  std::int64_t first_tick_ns = 0;
};

class MarketWatch {
 public:
  // `answers`: a new subscription is answered by the last values.
  MarketWatch(std::string_view exchange, bool answers, const WatchLimits& limits);

  const std::string& exchange() const { return exchange_; }
  bool is_answered() const { return answers_; }  // a new subscription is answered by the last values

  // ---- what is carried
  void add(InstrumentKind kind, bool is_expected, std::int64_t now_ns);
  void remove(InstrumentKind kind, bool is_expected, std::uint64_t ticks, std::int64_t now_ns);
  // A carried instrument is of another kind than was known.
  void change_kind(InstrumentKind from, InstrumentKind to, bool is_expected) {
    carried_.remove(from, is_expected);
    carried_.add(to, is_expected);
  }
  // One of them is expected to tick soon from now on, or no longer.
  void set_expected(InstrumentKind kind, bool is_expected) { carried_.set_expected(kind, is_expected); }
  const CarriedInstruments& carried() const { return carried_; }

  // ---- what happens
  void on_ready(std::int64_t now_ns);
  // True: the tick proves that the feed lives.
  bool on_tick(const Tick& tick);
  void on_answer(std::uint32_t instrument, const LastValues& values) { asking_.on_answer(instrument, values); }
  // No frame of any kind came for the connection's limit.
  void on_no_frame(std::string_view why);
  // Another broker has shown what this one should have shown.
  void on_proof(std::int64_t now_ns, std::string_view why);
  void distrust_clock() { lag_.distrust_clock(); }

  // ---- the verdict. check() is called once in a period. `open`: which kinds trade now, see CarriedInstruments::bit.
  // An exchange without hours counts as open, and nothing of it should tick at any hour. True: some of its instruments
  // are to be asked again, and began_asking() follows.
  bool check(std::int64_t now_ns, std::uint32_t open, bool has_hours = true);
  void began_asking(std::span<const SecondAsking::Asked> asked, bool any_heard, std::int64_t now_ns,
                    std::int64_t wall_ns);
  // Since when instruments of it should tick: it is open, carried, and the connection is ready.
  std::int64_t begin_ns() const { return begin_ns_; }
  std::int64_t last_live_ns() const { return last_live_ns_; }  // 0: never

  // When the market opened or the last silence ended. Values heard before may be old for other reasons than missed
  // ticks. 0: there is no such time.
  std::int64_t values_count_from_ns() const { return std::max(carried_.changed_ns(), ticks_again_since_ns_); }
  // Grows whenever what was learned of the pace is given up.
  std::uint32_t pace_number() const { return pace_number_; }

  const FeedVerdict& verdict() const { return verdict_; }
  bus::FeedState state() const { return verdict_.state; }
  bus::FeedEvidence evidence() const { return verdict_.evidence; }
  // A new login might help.
  bool wants_login() const { return wants_login_; }
  // The feed is silent for longer than its own pace explains. Where too little is carried to say that some of it should
  // tick, that proves nothing and costs nothing.
  bool is_unlike_itself() const { return is_unlike_itself_; }
  std::int64_t lag_ns() const { return lag_.lag_ns(); }

 private:
  bool look(std::int64_t now_ns, std::uint32_t open);
  void note_open(std::int64_t now_ns, std::uint32_t open);
  bool is_alarming(std::int64_t now_ns) const;
  bus::FeedEvidence evidence_of_silence(std::int64_t now_ns) const;
  std::int64_t silent_since_ns() const;
  void drop_void_evidence();
  void forget_pace();
  void forget_old_life(std::int64_t now_ns);
  void rest(std::int64_t now_ns);
  void judge_answers(SecondAsking::Finding finding, std::int64_t now_ns);
  void judge_silence(std::int64_t now_ns);
  void set_quiet(bus::FeedEvidence evidence, const char* how);
  void set(bus::FeedState state, bus::FeedEvidence evidence, std::int64_t since_ns, std::string message);

  const std::string exchange_;
  const bool answers_;
  const WatchLimits limits_;

  CarriedInstruments carried_;
  std::int64_t begin_ns_ = 0;           // 0: no tick is expected
  std::int64_t expected_since_ns_ = 0;  // since when some of it should tick soon; 0: nothing should
  std::int64_t last_tick_ns_ = 0;       // of this login; 0: none
  std::int64_t last_live_ns_ = 0;
  std::int64_t ticks_again_since_ns_ = 0;
  Pace pace_;
  std::uint32_t pace_number_ = 0;
  LagWatch lag_;
  AskingRounds asking_;

  FeedVerdict verdict_;
  bool wants_login_ = false;
  bool is_unlike_itself_ = false;
};

}  // namespace gw::liveness
