// One subscribed symbol: turns its frames into updates for the gateway, with the exponents of its instrument. [adapter]
// Source: bybit-exchange.github.io/docs, v5/websocket/public/ticker and trade.
//
// The last price is that of the newest trade, and an older one that comes later is left out. Tickers repeat it, up to
// 100 ms later, without its quantity and time: their lastPrice is published until the first trade comes, and left out
// from then on, so that it never looks like a trade.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "bgw/abi.h"
#include "bybit_book.hpp"
#include "bybit_frames.hpp"

namespace bybit {

// What one frame says; used again for the next.
struct Update {
  bgw_tick tick{};
  std::array<bgw_value, kTickerFields> values{};
  std::uint32_t value_count = 0;
  std::uint32_t misfits = 0;  // values that do not fit the instrument's exponents, and are left out

  std::span<const bgw_value> all_values() const { return {values.data(), value_count}; }
};

class Feed {
 public:
  Feed(const bgw_subscription& wanted, std::string_view symbol);

  std::uint32_t handle() const { return handle_; }
  std::string_view symbol() const { return symbol_; }
  std::uint32_t mode() const { return mode_; }
  bool has_exponents_of(const bgw_subscription& wanted) const {
    return wanted.price_exponent == price_exponent_ && wanted.quantity_exponent == quantity_exponent_;
  }
  std::string trades_topic() const { return "publicTrade." + symbol_; }
  std::string ticker_topic() const { return "tickers." + symbol_; }
  std::string book_topic(std::uint32_t depth) const { return "orderbook." + std::to_string(depth) + '.' + symbol_; }

  // The subscription as it is now. While a book of another depth is on its way, the earlier one stays: see coming().
  void set_mode(std::uint32_t mode) { mode_ = mode; }
  std::uint32_t depth_level() const;
  // What is published; null: none.
  Book* book() { return book_.get(); }
  // What will replace it with its first snapshot; null: none.
  Book* coming() { return coming_.get(); }
  Book* book_of(std::uint32_t depth);
  // Begins with a book of `depth`; it is published from its first snapshot on.
  void begin_book(std::uint32_t depth, std::uint32_t level);
  // The coming book lives, and takes the place of the other one, whose depth is answered; 0: there was none.
  std::uint32_t take_over();
  void drop_book(std::uint32_t depth);

  // Each answers whether there is something to publish.
  bool read(const TradeData& trade, Update& out);
  bool read(const TickerData& ticker, std::int64_t time_ms, Update& out);
  bgw_tick book_tick(std::int64_t time_ms) const;

  // The socket is gone, and the topics will be asked for on the next one.
  void start_anew();

  // Which topics Bybit has taken.
  bool has_trades = false;
  bool has_ticker = false;

 private:
  void begin(std::int64_t time_ms, Update& out) const;
  // Sets a value of the tick when the text has one that fits.
  void set(std::string_view text, int exponent, std::uint64_t bit, std::int64_t& place, Update& out) const;
  void add(std::string_view text, std::uint32_t kind, Update& out) const;

  std::uint32_t handle_;
  std::uint32_t mode_;
  int price_exponent_;
  int quantity_exponent_;
  std::string symbol_;
  std::unique_ptr<Book> book_;
  std::unique_ptr<Book> coming_;
  bool has_traded_ = false;
  std::int64_t last_trade_ms_ = 0;  // across sockets
};

}  // namespace bybit
