#include "mock_market.hpp"

#include <algorithm>

namespace mock {

MockMarket::MockMarket(const MockInstrument& instrument, std::uint64_t seed, std::uint64_t token)
    : instrument_(&instrument), random_(seed * 0x2545f4914f6cdd1dU + token) {
  const std::int64_t tick = instrument.tick_size;
  const std::int64_t base = std::max(instrument.base_price / tick, std::int64_t{200}) * tick;
  close_ = base;
  open_ = base + (random_.below(41) - 20) * tick;
  ltp_ = high_ = low_ = open_;
  oi_ = oi_high_ = oi_low_ = (20'000 + random_.below(80'000)) * instrument.lot_size;
  for (std::size_t i = 0; i < kLevels; ++i) {
    bids_[i] = {0, (1 + random_.below(20) + static_cast<std::int64_t>(i)) * instrument.lot_size, 1, 0};
    asks_[i] = {0, (1 + random_.below(20) + static_cast<std::int64_t>(i)) * instrument.lot_size, 1, 0};
    bids_[i].orders = static_cast<std::uint32_t>(1 + bids_[i].quantity / instrument.lot_size / 4);
    asks_[i].orders = static_cast<std::uint32_t>(1 + asks_[i].quantity / instrument.lot_size / 4);
  }
  advance();
}

void MockMarket::advance() {
  const MockInstrument& i = *instrument_;
  const std::int64_t limit = close_ / 10;  // the circuits
  std::int64_t step = random_.below(5) - 2;
  // Far from the close the walk leans back, so that it neither reaches the circuits nor zero.
  if (ltp_ > close_ + limit * 8 / 10) step = -1;
  if (ltp_ < close_ - limit * 8 / 10) step = 1;
  ltp_ += step * i.tick_size;
  high_ = std::max(high_, ltp_);
  low_ = std::min(low_, ltp_);
  last_quantity_ = (1 + random_.below(40)) * i.lot_size;
  volume_ += last_quantity_;
  turnover_ticks_ += last_quantity_ * (ltp_ / i.tick_size);
  if (i.type == "FUT" || i.type == "CE" || i.type == "PE") {
    oi_ = std::max(i.lot_size, oi_ + (random_.below(11) - 5) * i.lot_size);
    oi_high_ = std::max(oi_high_, oi_);
    oi_low_ = std::min(oi_low_, oi_);
  }
  ++sequence_;
  move_book();
}

void MockMarket::move_book() {
  const std::int64_t tick = instrument_->tick_size;
  // The trade took the best of one side; the touch follows it.
  const std::int64_t best_bid = ltp_ - random_.below(2) * tick;
  const std::int64_t best_ask = best_bid + (1 + random_.below(2)) * tick;
  for (int k = 0; k < 4; ++k) {
    change_level(bids_);
    change_level(asks_);
  }
  total_buy_ = total_sell_ = 0;
  for (std::size_t k = 0; k < kLevels; ++k) {
    bids_[k].price = best_bid - static_cast<std::int64_t>(k) * tick;
    asks_[k].price = best_ask + static_cast<std::int64_t>(k) * tick;
    total_buy_ += bids_[k].quantity;
    total_sell_ += asks_[k].quantity;
  }
}

void MockMarket::change_level(std::array<bgw_level, kLevels>& side) {
  const std::int64_t lot = instrument_->lot_size;
  const auto place = static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(kLevels)));
  const std::int64_t lots = 1 + random_.below(20) + static_cast<std::int64_t>(place);
  side[place].quantity = lots * lot;
  side[place].orders = static_cast<std::uint32_t>(1 + lots / 4);
}

void MockMarket::describe(std::uint32_t mode, std::int64_t time_ns, bgw_tick& t, bgw_tick_rare& rare) const {
  const bool index = instrument_->type == "INDEX";
  t.modes = BGW_MODE_LTP;
  t.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME | BGW_HAS_SEQUENCE;
  t.ltp = ltp_;
  t.exchange_time_ns = time_ns / 1'000'000 * 1'000'000;
  t.sequence = sequence_;
  if (mode == BGW_MODE_LTP) return;
  t.modes |= BGW_MODE_QUOTE;
  t.present |= BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE;
  t.open = open_;
  t.high = high_;
  t.low = low_;
  t.close = close_;
  if (index) return;
  t.present |= BGW_HAS_LAST_QUANTITY | BGW_HAS_VOLUME | BGW_HAS_AVERAGE_PRICE | BGW_HAS_LAST_TRADE_TIME |
               BGW_HAS_TOTAL_BUY | BGW_HAS_TOTAL_SELL | BGW_HAS_UPPER_CIRCUIT | BGW_HAS_LOWER_CIRCUIT;
  t.last_quantity = last_quantity_;
  t.volume = volume_;
  // To the paisa, as brokers give it.
  t.average_price = static_cast<std::int64_t>(static_cast<double>(turnover_ticks_) / static_cast<double>(volume_) *
                                              static_cast<double>(instrument_->tick_size) / 1e7) *
                    10'000'000;
  t.last_trade_time_ns = t.exchange_time_ns;
  t.total_buy_quantity = total_buy_;
  t.total_sell_quantity = total_sell_;
  rare.upper_circuit = close_ + close_ / 10 / instrument_->tick_size * instrument_->tick_size;
  rare.lower_circuit = close_ - close_ / 10 / instrument_->tick_size * instrument_->tick_size;
  if (instrument_->type != "EQ") {
    t.present |= BGW_HAS_OI | BGW_HAS_OI_DAY_HIGH | BGW_HAS_OI_DAY_LOW;
    t.oi = oi_;
    rare.oi_day_high = oi_high_;
    rare.oi_day_low = oi_low_;
  }
  if (mode == BGW_MODE_DEPTH) t.modes |= BGW_MODE_DEPTH;
}

}  // namespace mock
