#include "core/liveness/last_values.hpp"

namespace gw::liveness {

LastValues::LastValues(const bgw_update& update)
    : present_(update.tick->present & ~kBook),
      ltp_(update.tick->ltp),
      volume_(update.tick->volume),
      last_trade_time_ns_(update.tick->last_trade_time_ns),
      exchange_time_ns_(update.tick->exchange_time_ns),
      total_buy_quantity_(update.tick->total_buy_quantity),
      total_sell_quantity_(update.tick->total_sell_quantity) {
  const bgw_book* book = update.book;
  if (book == nullptr) return;
  present_ |= kBook;
  if (book->bid_count != 0) bid_ = {book->bids[0].price, book->bids[0].quantity};
  if (book->ask_count != 0) ask_ = {book->asks[0].price, book->asks[0].quantity};
}

bool LastValues::is_newer_than(const LastValues& before) const {
  const std::uint64_t both = present_ & before.present_;
  if ((both & BGW_HAS_LTP) != 0 && ltp_ != before.ltp_) return true;
  if ((both & BGW_HAS_VOLUME) != 0 && volume_ > before.volume_) return true;
  if ((both & BGW_HAS_LAST_TRADE_TIME) != 0 && last_trade_time_ns_ > before.last_trade_time_ns_) return true;
  return (both & kBook) != 0 && (bid_ != before.bid_ || ask_ != before.ask_);
}

std::int64_t LastValues::trade_time_ns() const {
  if ((present_ & BGW_HAS_LAST_TRADE_TIME) != 0) return last_trade_time_ns_;
  return (present_ & BGW_HAS_EXCHANGE_TIME) != 0 ? exchange_time_ns_ : 0;
}

bool LastValues::differs_from(const LastValues& before) const {
  if (is_newer_than(before)) return true;
  const std::uint64_t both = present_ & before.present_;
  const auto differ = [both](std::uint64_t bit, std::int64_t now, std::int64_t then) {
    return (both & bit) != 0 && now != then;
  };
  return differ(BGW_HAS_EXCHANGE_TIME, exchange_time_ns_, before.exchange_time_ns_) ||
         differ(BGW_HAS_TOTAL_BUY, total_buy_quantity_, before.total_buy_quantity_) ||
         differ(BGW_HAS_TOTAL_SELL, total_sell_quantity_, before.total_sell_quantity_);
}

}  // namespace gw::liveness
