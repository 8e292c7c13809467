#include "mock_market.hpp"

#include <algorithm>
#include <cmath>

namespace mock {
namespace {

constexpr std::int64_t kPaisa = BGW_PRICE_SCALE / 100;
constexpr std::int64_t kMicrosecond = 1'000;

}  // namespace

MockMarket::MockMarket(const MockInstrument& instrument, std::uint64_t seed, std::uint64_t token)
    : kind_(instrument.type == "EQ"      ? Kind::kShare
            : instrument.type == "INDEX" ? Kind::kIndex
                                         : Kind::kDerivative),
      random_(seed * 0x2545f4914f6cdd1dU + token),
      tick_(instrument.tick_size),
      lot_(instrument.lot_size),
      crowd_(kind_ == Kind::kShare ? 20 : 1),
      close_(instrument.base_price / tick_ * tick_),
      limit_(close_ / 10 / tick_ * tick_),
      volume_((1'000 + random_.below(9'000)) * crowd_ * lot_) {
  stride_ = std::max<std::int64_t>(1, close_ / tick_ / 20'000);
  open_ = close_ + random_.around_zero(limit_ / tick_ / 10) * tick_;  // within 1 % of the close
  ltp_ = high_ = low_ = open_;
  turnover_ = static_cast<double>(volume_) * static_cast<double>((open_ - close_) / tick_);
  if (kind_ == Kind::kDerivative) oi_ = (20'000 + random_.below(80'000)) * lot_;
  oi_high_ = oi_low_ = oi_;
  for (std::size_t index = 0; index < kLevels; ++index) {
    fill_level(bids_, index, total_buy_);
    fill_level(asks_, index, total_sell_);
  }
  advance();
}

void MockMarket::advance() {
  move_price();
  if (kind_ == Kind::kIndex) return;
  last_quantity_ = (1 + random_.below(5 * crowd_)) * lot_;
  volume_ += last_quantity_;
  turnover_ += static_cast<double>(last_quantity_) * static_cast<double>((ltp_ - close_) / tick_);
  if (kind_ == Kind::kDerivative) move_open_interest();
  fill_level(bids_, static_cast<std::size_t>(random_.below(kLevels)), total_buy_);
  fill_level(asks_, static_cast<std::size_t>(random_.below(kLevels)), total_sell_);
  move_touch();
}

void MockMarket::expect() const {
  constexpr std::size_t kLine = 64;
  const auto* begin = reinterpret_cast<const char*>(this);
  for (const char* at = begin; at < reinterpret_cast<const char*>(&bids_); at += kLine) __builtin_prefetch(at, 1);
}

void MockMarket::move_price() {
  std::int64_t step = random_.around_zero(2 * stride_);
  // Far from the close the walk leans back, so that it reaches neither the circuits nor zero.
  const std::int64_t far = limit_ * 8 / 10;
  if (ltp_ > close_ + far) step = -std::abs(step);
  if (ltp_ < close_ - far) step = std::abs(step);
  ltp_ += step * tick_;
  high_ = std::max(high_, ltp_);
  low_ = std::min(low_, ltp_);
}

void MockMarket::move_open_interest() {
  oi_ = std::max(lot_, oi_ + random_.around_zero(5) * lot_);
  oi_high_ = std::max(oi_high_, oi_);
  oi_low_ = std::min(oi_low_, oi_);
}

// The last trade was at the best bid or at the best ask; the other levels follow at one tick each.
void MockMarket::move_touch() {
  const std::int64_t spread = (1 + random_.below(2)) * tick_;
  const bool at_bid = random_.below(2) == 0;
  best_bid_ = at_bid ? ltp_ : ltp_ - spread;
  best_ask_ = best_bid_ + spread;
}

// Gives a level new orders, more of them the further it is from the touch. Keeps the side's total right.
void MockMarket::fill_level(Side& side, std::size_t index, std::int64_t& total) {
  const std::int64_t lots = 1 + random_.below(20 * crowd_) + static_cast<std::int64_t>(index) * crowd_;
  total += (lots - side[index]) * lot_;
  side[index] = static_cast<std::uint32_t>(lots);
}

bool MockMarket::describe(std::uint32_t mode, std::int64_t time_ns, bgw_tick& tick, bgw_tick_rare& rare) const {
  tick.modes = BGW_MODE_LTP;
  tick.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME;
  tick.ltp = ltp_;
  tick.exchange_time_ns = time_ns / kMicrosecond * kMicrosecond;
  if (mode == BGW_MODE_LTP) return false;

  tick.modes |= BGW_MODE_QUOTE;
  tick.present |= BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE;
  tick.open = open_;
  tick.high = high_;
  tick.low = low_;
  tick.close = close_;
  if (kind_ == Kind::kIndex) return false;

  if (mode == BGW_MODE_DEPTH) tick.modes |= BGW_MODE_DEPTH;
  tick.present |= BGW_HAS_LAST_QUANTITY | BGW_HAS_VOLUME | BGW_HAS_AVERAGE_PRICE | BGW_HAS_LAST_TRADE_TIME |
                  BGW_HAS_TOTAL_BUY | BGW_HAS_TOTAL_SELL | BGW_HAS_UPPER_CIRCUIT | BGW_HAS_LOWER_CIRCUIT;
  tick.last_quantity = last_quantity_;
  tick.volume = volume_;
  const double off_close = turnover_ / static_cast<double>(volume_) * static_cast<double>(tick_);
  tick.average_price = close_ + static_cast<std::int64_t>(std::floor(off_close / kPaisa)) * kPaisa;
  tick.last_trade_time_ns = tick.exchange_time_ns;
  tick.total_buy_quantity = total_buy_;
  tick.total_sell_quantity = total_sell_;
  rare.upper_circuit = close_ + limit_;
  rare.lower_circuit = close_ - limit_;
  if (kind_ == Kind::kDerivative) {
    tick.present |= BGW_HAS_OI | BGW_HAS_OI_DAY_HIGH | BGW_HAS_OI_DAY_LOW;
    tick.oi = oi_;
    rare.oi_day_high = oi_high_;
    rare.oi_day_low = oi_low_;
  }
  return true;
}

bgw_book MockMarket::book(std::uint32_t levels, std::int64_t time_ns) const {
  const std::uint32_t count = std::min(levels, kLevels);
  bgw_book book{};
  book.bid_count = book.ask_count = count;
  book.present = BGW_HAS_EXCHANGE_TIME | BGW_HAS_ORDERS;
  book.exchange_time_ns = time_ns / kMicrosecond * kMicrosecond;
  thread_local std::array<bgw_level, kLevels> bids;
  thread_local std::array<bgw_level, kLevels> asks;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t away = static_cast<std::int64_t>(i) * tick_;
    bids[i] = level(best_bid_ - away, bids_[i]);
    asks[i] = level(best_ask_ + away, asks_[i]);
  }
  book.bids = bids.data();
  book.asks = asks.data();
  return book;
}

bgw_level MockMarket::level(std::int64_t price, std::uint32_t lots) const {
  return {price, lots * lot_, static_cast<std::uint32_t>(1 + lots / crowd_ / 3), 0};
}

}  // namespace mock
