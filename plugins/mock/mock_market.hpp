// One instrument's market: a random walk of trades and a book around it; the adapter steps it and publishes its state.
// The k-th state depends on the seed, the token and k alone, never on time or on what else is subscribed.
#pragma once

#include <array>
#include <cstdint>

#include "bgw/abi.h"
#include "mock_instruments.hpp"
#include "mock_random.hpp"

namespace mock {

class MockMarket {
 public:
  static constexpr std::uint32_t kLevels = 50;

  MockMarket(const MockInstrument& instrument, std::uint64_t seed, std::uint64_t token);

  // Makes one trade, and moves the book with it. Never allocates.
  void advance();
  // Fetches into the cache what advance() and describe() need most; call it a little before them.
  void expect() const;
  // Fills `tick` and `rare` with as much of the present state as a subscription of `mode` gets; the caller sets the
  // handle. True: `rare` counts as well.
  bool describe(std::uint32_t mode, std::int64_t time_ns, bgw_tick& tick, bgw_tick_rare& rare) const;
  // The best `levels` of each side, borrowed until the next call of any market.
  bgw_book book(std::uint32_t levels, std::int64_t time_ns) const;

 private:
  using Side = std::array<std::uint32_t, kLevels>;  // lots: a book is made of them only when one is asked for
  enum class Kind { kShare, kIndex, kDerivative };

  void fill_level(Side& side, std::size_t index, std::int64_t& total);
  void move_price();
  void move_open_interest();
  void move_touch();
  bgw_level level(std::int64_t price, std::uint32_t lots) const;

  Kind kind_;
  Random random_;
  std::int64_t tick_;
  std::int64_t lot_;
  std::int64_t crowd_;          // how many lots a usual order has
  std::int64_t stride_;         // in ticks; larger for dear instruments, so that they move as visibly as cheap ones
  std::int64_t close_, limit_;  // the day's range is close_ +- limit_
  std::int64_t ltp_, open_, high_, low_;
  std::int64_t last_quantity_ = 0;
  std::int64_t volume_;
  double turnover_ = 0;  // sum of quantity * (price - close_), in ticks: small numbers stay exact
  std::int64_t oi_ = 0, oi_high_ = 0, oi_low_ = 0;
  std::int64_t total_buy_ = 0, total_sell_ = 0;
  std::int64_t best_bid_ = 0, best_ask_ = 0;
  Side bids_{};
  Side asks_{};
};

}  // namespace mock
