// Whether the feed of one exchange on one connection lives: what its ticks, their absence, and the answers to asking
// again prove. Knows no clock: all times are the caller's, monotonic but for exchange times and `wall_ns`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/instrument_kind.hpp"
#include "core/bus/records.hpp"
#include "core/liveness/lag_watch.hpp"
#include "core/liveness/pace.hpp"
#include "core/liveness/second_asking.hpp"

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

  // ---- what is carried
  void add(InstrumentKind kind, bool is_expected, std::int64_t now_ns);
  void remove(InstrumentKind kind, bool is_expected, std::uint64_t ticks, std::int64_t now_ns);
  // What is known of one of them is new.
  void set_expected(InstrumentKind kind, bool is_expected);
  std::size_t carried() const;

  // ---- what happens
  void on_ready(std::int64_t now_ns);
  // A packet that is no snapshot. True: it proves that the feed lives. No exchange time: 0.
  bool on_tick(std::int64_t now_ns, std::int64_t exchange_time_ns, std::int64_t wall_ns);
  void on_answer(std::uint32_t instrument, const LastValues& values) { asking_.on_values(instrument, values); }
  // No frame of any kind came for the connection's limit.
  void on_no_frame(std::string_view why);
  // Another broker has shown what this one should have.
  void on_proof(std::int64_t now_ns, std::string_view why);
  void distrust_clock() { lag_.distrust_clock(); }

  // ---- the verdict, looked for once in a period. `open`: a bit for each InstrumentKind that trades now.
  // True: some of its instruments are to be asked again, and began_asking() follows.
  bool check(std::int64_t now_ns, std::uint32_t open);
  void began_asking(std::span<const SecondAsking::Asked> asked, bool any_heard, std::int64_t now_ns,
                    std::int64_t wall_ns);
  bool is_open(InstrumentKind kind) const { return (open_ & bit(kind)) != 0; }
  // Since when instruments of it should tick: it is open, carried, and the connection is ready.
  std::int64_t begin_ns() const { return begin_ns_; }
  std::int64_t last_live_ns() const { return last_live_ns_; }  // 0: never

  // When its last silence ended: what was heard before that may be old. 0: it never was silent.
  std::int64_t ticks_again_since_ns() const { return ticks_again_since_ns_; }

  bus::FeedState state() const { return state_; }
  bus::FeedEvidence evidence() const { return evidence_; }
  const std::string& message() const { return message_; }  // why, without since when
  std::int64_t since_ns() const { return since_ns_; }      // of the state: silent, or alive, for so long
  // A new login might help.
  bool wants_login() const { return wants_login_; }
  std::int64_t lag_ns() const { return lag_.lag_ns(); }

  static std::uint32_t bit(InstrumentKind kind) { return 1U << static_cast<std::uint32_t>(kind); }

 private:
  std::size_t carried_open() const;
  bool is_expected() const;
  bool ticks_soon() const;
  bool is_unusual(std::int64_t now_ns) const;
  bus::FeedEvidence evidence_of_silence(std::int64_t now_ns) const;
  std::int64_t silent_since_ns() const;
  void drop_void_evidence();
  void forget_old_life(std::int64_t now_ns);
  void rest(std::int64_t now_ns);
  void judge_answers(SecondAsking::Finding finding, std::int64_t now_ns);
  void judge_silence(std::int64_t now_ns);
  void set_quiet(bus::FeedEvidence evidence, const char* how);
  void set(bus::FeedState state, bus::FeedEvidence evidence, std::int64_t since_ns, std::string message);

  const std::string exchange_;
  const bool answers_;
  const bool is_index_;
  const WatchLimits limits_;

  std::array<std::size_t, std::size(kInstrumentKinds)> carried_{};
  std::array<std::size_t, std::size(kInstrumentKinds)> expected_{};  // of those: they tick soon in each session
  std::uint32_t open_ = 0;

  std::int64_t begin_ns_ = 0;           // 0: nothing is due
  std::int64_t expected_since_ns_ = 0;  // that some of it ticks soon; 0: it is not
  std::int64_t last_tick_ns_ = 0;       // of this login; 0: none
  std::int64_t last_live_ns_ = 0;
  std::int64_t ticks_again_since_ns_ = 0;
  Pace pace_;
  LagWatch lag_;
  SecondAsking asking_;
  bool any_heard_ = false;  // of those that are asked again, in this login
  std::int64_t next_asking_ns_ = 0;
  std::int64_t asking_pause_ns_ = 0;

  bus::FeedState state_ = bus::FeedState::unknown;
  bus::FeedEvidence evidence_ = bus::FeedEvidence::none;
  bool no_frame_ = false;  // why it is stale
  std::string message_;
  std::int64_t since_ns_ = 0;
  bool wants_login_ = false;
};

}  // namespace gw::liveness
