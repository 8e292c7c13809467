// The market of one day: what trades when, the same for every broker. Prices tell the instrument and the number of the
// trade, so that whoever sees one knows what it is of.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/calendar.hpp"
#include "core/instruments/index.hpp"
#include "tests/support/seconds.hpp"
#include "tests/support/virtual_clock.hpp"

namespace gw::market_days {

using support::kSecond;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;

enum Exchange : std::size_t { kNse, kIndex, kMcx, kExchanges };
inline constexpr std::array<const char*, kExchanges> kExchangeNames = {"NSE", "NSE_INDEX", "MCX"};
inline constexpr unsigned kAllExchanges = 7;

// How often an instrument trades: half to one and a half times that, evenly.
enum Pace : std::size_t { kIndexPace, kBusy, kEachMinute, kInHours, kNever, kPaces };
inline constexpr std::array<std::int64_t, kPaces> kMean = {4 * kSecond, 20 * kSecond, kMinute, 2 * kHour, 0};
inline constexpr std::int64_t kMaxGap = 1'000'000 * kSecond;
constexpr std::int64_t longest_gap(Pace pace) { return pace == kNever ? kMaxGap : kMean[pace] * 3 / 2; }

struct Instrument {
  std::string symbol;
  Exchange exchange;
  Pace pace;
  bool has_auction = false;  // a share with derivatives: nothing trades from 15:15 on but in the closing auction
};
const std::vector<Instrument>& instruments();  // by number
std::shared_ptr<const instruments::Index> instrument_list();

struct Trade {
  std::uint64_t number = 0;  // 0: yesterday's last
  std::int64_t at_ns = 0;    // virtual
};
std::int64_t price_of(std::size_t instrument, std::uint64_t trade);
std::pair<std::size_t, std::uint64_t> trade_of(std::int64_t price);

struct Halt {
  Exchange exchange;
  std::int64_t from;
  std::int64_t until;
};

class Market {
 public:
  // Monday, 5 October 2026, 9:00 in India.
  static constexpr std::int64_t kNine = 1'791'171'000 * kSecond;
  static const calendar::Calendar& calendar();

  Market(support::VirtualClock& clock, std::uint64_t seed, std::vector<Halt> halts, bool trades_before_open);

  // Virtual time of a time of the day.
  std::int64_t at(int hour, int minute, std::int64_t second = 0) const;
  std::string time_text() const { return time_text(clock_.now()); }
  std::string time_text(std::int64_t at_ns) const;
  bool was_open(Exchange exchange, std::int64_t at_ns) const {
    return at_ns >= opens_[exchange] && at_ns < closes_[exchange];
  }
  bool is_open(Exchange exchange) const { return was_open(exchange, clock_.now()); }
  bool is_open(Exchange exchange, InstrumentKind kind) const {
    return is_open(exchange) &&
           (exchange != kNse || kind != InstrumentKind::share_with_derivatives || !is_auction_on());
  }
  std::int64_t opened(Exchange exchange) const { return opens_[exchange]; }
  // Since when the present kinds trade.
  std::int64_t open_since(Exchange exchange) const { return open_since(exchange, clock_.now()); }
  std::int64_t open_since(Exchange exchange, std::int64_t at_ns) const {
    return exchange == kNse && at_ns >= auction_ ? auction_ : opens_[exchange];
  }
  std::int64_t auction_at() const { return auction_; }
  bool is_auction_on() const { return clock_.now() >= auction_; }
  // In the continuous session of its kind.
  bool is_continuous(std::size_t instrument) const {
    return !instruments()[instrument].has_auction || !is_auction_on();
  }
  // Whether it was halted at any moment from then on until `to`.
  bool was_halted(Exchange exchange, std::int64_t from, std::int64_t to) const;
  bool is_halted(Exchange exchange) const { return was_halted(exchange, clock_.now(), clock_.now()); }
  std::int64_t last_halt_end(Exchange exchange) const;  // before now; 0: none

  // Somebody looks at the instrument: it trades from now on.
  void begin(std::size_t instrument);
  std::vector<std::function<void(std::size_t instrument, const Trade& trade)>> on_trade;
  const Trade& last(std::size_t instrument) const { return last_[instrument]; }

 private:
  void plan(std::size_t instrument);
  std::int64_t next_trading(std::size_t instrument, std::int64_t at_ns) const;

  support::VirtualClock& clock_;
  std::mt19937_64 random_;
  std::vector<Halt> halts_;
  std::int64_t nine_ns_;
  std::int64_t auction_;
  std::array<std::int64_t, kExchanges> opens_{};
  std::array<std::int64_t, kExchanges> closes_{};
  using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;
  std::array<Spans, kExchanges> trading_;
  Spans trading_with_auction_;  // of the shares with derivatives
  std::vector<Trade> last_;
  std::vector<std::unique_ptr<support::VirtualClock::Alarm>> next_;
};

}  // namespace gw::market_days
