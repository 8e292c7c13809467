#include "bybit_feed.hpp"

#include <utility>

#include "bgw/decimal.hpp"

namespace bybit {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

}  // namespace

Feed::Feed(const bgw_subscription& wanted, std::string_view symbol)
    : handle_(wanted.instrument),
      mode_(wanted.mode),
      price_exponent_(wanted.price_exponent),
      quantity_exponent_(wanted.quantity_exponent),
      symbol_(symbol) {}

std::uint32_t Feed::depth_level() const {
  if (mode_ != BGW_MODE_DEPTH) return 0;
  return coming_ ? coming_->level() : book_ ? book_->level() : 0;
}

Book* Feed::book_of(std::uint32_t depth) {
  if (book_ && book_->depth() == depth) return book_.get();
  if (coming_ && coming_->depth() == depth) return coming_.get();
  return nullptr;
}

void Feed::begin_book(std::uint32_t depth, std::uint32_t level) {
  coming_ = std::make_unique<Book>(depth, level, price_exponent_, quantity_exponent_);
}

std::uint32_t Feed::take_over() {
  const std::uint32_t before = book_ ? book_->depth() : 0;
  book_ = std::move(coming_);
  return before;
}

void Feed::drop_book(std::uint32_t depth) {
  if (book_ && book_->depth() == depth) book_.reset();
  if (coming_ && coming_->depth() == depth) coming_.reset();
}

void Feed::begin(std::int64_t time_ms, Update& out) const {
  out.tick = {};
  out.tick.size = sizeof(bgw_tick);
  out.tick.instrument = handle_;
  out.value_count = out.misfits = 0;
  if (time_ms == 0) return;
  out.tick.present = BGW_HAS_EXCHANGE_TIME;
  out.tick.exchange_time_ns = time_ms * kMillisecond;
}

void Feed::set(std::string_view text, int exponent, std::uint64_t bit, std::int64_t& place, Update& out) const {
  if (text.empty()) return;
  const auto value = bgw::decimal(text, exponent);
  if (!value) {
    ++out.misfits;
    return;
  }
  place = *value;
  out.tick.present |= bit;
}

// These values have an exponent of their own, as many decimals as their text needs.
void Feed::add(std::string_view text, std::uint32_t kind, Update& out) const {
  if (text.empty()) return;
  const int decimals = bgw::decimals_of(text);
  const auto value = decimals < 0 ? std::nullopt : bgw::decimal(text, -decimals);
  if (value)
    out.values[out.value_count++] = {kind, -decimals, *value};
  else
    ++out.misfits;
}

bool Feed::read(const TradeData& trade, Update& out) {
  begin(trade.time_ms, out);
  if (trade.time_ms < last_trade_ms_) return false;
  bgw_tick& tick = out.tick;
  set(trade.price, price_exponent_, BGW_HAS_LTP, tick.ltp, out);
  if ((tick.present & BGW_HAS_LTP) == 0) return false;
  set(trade.size, quantity_exponent_, BGW_HAS_LAST_QUANTITY, tick.last_quantity, out);
  tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  tick.last_trade_time_ns = trade.time_ms * kMillisecond;
  tick.present |= BGW_HAS_LAST_TRADE_TIME;
  has_traded_ = true;
  last_trade_ms_ = trade.time_ms;
  return true;
}

bool Feed::read(const TickerData& ticker, std::int64_t time_ms, Update& out) {
  begin(time_ms, out);
  bgw_tick& tick = out.tick;
  const std::uint64_t nothing = tick.present;
  const auto& fields = ticker.fields;
  if (!has_traded_) set(fields[kLastPrice], price_exponent_, BGW_HAS_LTP, tick.ltp, out);
  if ((tick.present & BGW_HAS_LTP) != 0) tick.modes |= BGW_MODE_LTP;
  // Clients of the last price alone need no more than the first one.
  if (mode_ == BGW_MODE_LTP && tick.modes == 0) return false;
  set(fields[kHighPrice], price_exponent_, BGW_HAS_HIGH, tick.high, out);
  set(fields[kLowPrice], price_exponent_, BGW_HAS_LOW, tick.low, out);
  set(fields[kPreviousPrice], price_exponent_, BGW_HAS_CLOSE, tick.close, out);
  set(fields[kVolume], quantity_exponent_, BGW_HAS_VOLUME, tick.volume, out);
  set(fields[kOpenInterest], quantity_exponent_, BGW_HAS_OI, tick.oi, out);
  add(fields[kTurnover], BGW_VALUE_TURNOVER, out);
  add(fields[kBidPrice], BGW_VALUE_BID_PRICE, out);
  add(fields[kBidSize], BGW_VALUE_BID_QUANTITY, out);
  add(fields[kAskPrice], BGW_VALUE_ASK_PRICE, out);
  add(fields[kAskSize], BGW_VALUE_ASK_QUANTITY, out);
  add(fields[kMarkPrice], BGW_VALUE_MARK_PRICE, out);
  add(fields[kIndexPrice], BGW_VALUE_INDEX_PRICE, out);
  add(fields[kFundingRate], BGW_VALUE_FUNDING_RATE, out);
  if (tick.present == nothing && out.value_count == 0) return false;
  tick.modes |= BGW_MODE_QUOTE;
  return true;
}

bgw_tick Feed::book_tick(std::int64_t time_ms) const {
  Update out;
  begin(time_ms, out);
  out.tick.modes = BGW_MODE_DEPTH;
  return out.tick;
}

void Feed::start_anew() {
  has_traded_ = has_trades = has_ticker = false;
  if (book_) book_->start_anew();
  if (coming_) coming_->start_anew();
}

}  // namespace bybit
