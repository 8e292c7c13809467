// Whether the feed of one connection lives, exchange by exchange: see MarketWatch. Knows which of an instrument's
// packets are snapshots. Lives longer than a login, and than the adapter object that makes it. [feed]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/liveness/market_watch.hpp"

namespace gw::liveness {

// What the judge asks of the world. [feed]
struct JudgeServices {
  // Whether the broker answers a new subscription on the exchange with the last values.
  std::function<bool(std::string_view exchange)> answers;
  // Whether instruments of the kind trade now.
  std::function<bool(std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns)> is_open;
  // Whether the hours of the exchange are known. Empty: they are.
  std::function<bool(std::string_view exchange)> has_hours;
  // See LinkOptions. Either may be empty.
  std::function<bool(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns)> is_expected;
  std::function<void(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns, bool in_time)>
      session_seen;
};

class FeedJudge {
 public:
  FeedJudge(JudgeServices services, const WatchLimits& limits);

  // How often check() is to be called.
  std::int64_t period_ns() const { return period_ns_; }

  // ---- what is carried. Room for the instrument is made before its first tick. on_wanted() is called once more when
  // another instrument list says something else of it.
  void on_wanted(std::uint32_t instrument, std::string_view symbol, std::string_view exchange, InstrumentKind kind,
                 std::int64_t now_ns, std::int64_t wall_ns);
  void on_unwanted(std::uint32_t instrument, std::int64_t now_ns);

  // ---- what happens. Times are monotonic but for exchange_time_ns and wall_ns.
  void on_ready(std::int64_t now_ns);
  // A subscription was handed over: the first time, in another mode, or because take_asking() said so. Snapshots
  // follow.
  void on_asked(std::uint32_t instrument, std::int64_t now_ns);
  // True: the packet is a live tick. `exchange_time_ns` is 0 when there is none. No allocation but where a state
  // changes.
  bool on_update(const bgw_update& update, std::int64_t now_ns, std::int64_t exchange_time_ns, std::int64_t wall_ns);
  void on_no_frame(std::int64_t now_ns, std::int64_t wall_ns, std::string_view why);
  void on_proof(std::string_view exchange, std::int64_t now_ns, std::string_view why);
  void distrust_clock();  // the wall clock jumped

  // Called once in a period. Afterwards each call of take_asking() returns the instruments of one exchange that are to
  // be asked again at once; empty: there are no more.
  void check(std::int64_t now_ns, std::int64_t wall_ns);
  std::vector<std::uint32_t> take_asking(std::int64_t now_ns, std::int64_t wall_ns);

  // Whether a state changed since the last call.
  bool take_news() { return std::exchange(has_news_, false); }
  const std::vector<std::unique_ptr<MarketWatch>>& markets() const { return markets_; }
  // The worst market that a new login might cure; null: none.
  const MarketWatch* wants_login() const;
  bool any_lives() const;
  // No market wants a new login, and none is stale.
  bool is_well() const;
  bool lives(std::string_view exchange) const;

 private:
  // The packets that answer requests.
  struct Answers {
    std::uint32_t expected = 0;  // requests that have not been answered
    std::int64_t asked_ns = 0;
    std::int64_t answered_ns = 0;  // by the first packet
    bool is_second_expected = false;
  };
  struct Instrument {
    std::uint32_t market = kNone;
    std::uint32_t ticks = 0;            // since the market began to learn its pace
    std::uint32_t pace_number = 0;      // MarketWatch::pace_number() at that time
    std::int64_t subscribed_ns = 0;     // for the first time in this login; 0: not yet
    std::int64_t heard_ns = 0;          // 0: never in this login
    std::int64_t exchange_time_ns = 0;  // of the last packet; 0: it had none
    Answers answers;
    bool has_ticked = false;  // since it was asked for
    LastValues last;
    bool is_expected = false;
    bool is_noted = false;  // session_seen was called for this trading session
    InstrumentKind kind = InstrumentKind::other;
    std::string symbol;
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::uint32_t market_of(std::string_view exchange);
  void describe(Instrument& instrument, std::string_view symbol, InstrumentKind kind, std::int64_t wall_ns);
  static bool is_snapshot(Instrument& instrument, const MarketWatch& market, const LastValues& values,
                          std::int64_t now_ns);
  std::uint32_t open_kinds(const MarketWatch& market, std::int64_t wall_ns) const;
  std::vector<std::uint32_t> choose(std::uint32_t market) const;
  void look_up_expected(std::uint32_t market, std::int64_t wall_ns);
  void note_sessions(std::int64_t now_ns, std::int64_t wall_ns);
  std::int64_t expected_since_ns(const Instrument& instrument) const;
  void note(Instrument& instrument, bool in_time, std::int64_t wall_ns);

  JudgeServices services_;
  WatchLimits limits_;
  std::int64_t period_ns_;
  std::vector<Instrument> instruments_;  // by handle
  std::vector<std::unique_ptr<MarketWatch>> markets_;
  std::vector<std::uint32_t> asking_;  // markets that are to ask again
  bool has_news_ = false;
};

}  // namespace gw::liveness
