#include "core/plugin_host/update_check.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace gw::plugin_host {
namespace {

using Side = std::span<const bgw_level>;

Side bids_of(const bgw_book& book) { return {book.bids, book.bid_count}; }
Side asks_of(const bgw_book& book) { return {book.asks, book.ask_count}; }

// ---- prices of the tick

// Zero is no last price where nothing has been traded yet.
bool has_traded(const bgw_tick& tick) {
  return ((tick.present & BGW_HAS_VOLUME) != 0 && tick.volume > 0) || (tick.present & BGW_HAS_LAST_TRADE_TIME) != 0;
}

// Presence bits of the prices that mean "none".
std::uint64_t absent_prices(const bgw_update& update, bool prices_below_zero) {
  const bgw_tick& tick = *update.tick;
  if (prices_below_zero) return tick.ltp == 0 && !has_traded(tick) ? tick.present & BGW_HAS_LTP : 0;
  std::uint64_t bits = 0;
  const auto look = [&bits](std::int64_t price, std::uint64_t bit) { bits |= price > 0 ? 0 : bit; };
  look(tick.ltp, BGW_HAS_LTP);
  look(tick.average_price, BGW_HAS_AVERAGE_PRICE);
  look(tick.open, BGW_HAS_OPEN);
  look(tick.high, BGW_HAS_HIGH);
  look(tick.low, BGW_HAS_LOW);
  look(tick.close, BGW_HAS_CLOSE);
  if (const bgw_tick_rare* rare = update.rare; rare != nullptr) {
    look(rare->upper_circuit, BGW_HAS_UPPER_CIRCUIT);
    look(rare->lower_circuit, BGW_HAS_LOWER_CIRCUIT);
    look(rare->high_52_weeks, BGW_HAS_HIGH_52_WEEKS);
    look(rare->low_52_weeks, BGW_HAS_LOW_52_WEEKS);
  }
  return bits & tick.present;
}

// ---- the book

// Whether a book is as nearly every book is: each level has a quantity and a price above zero, and the levels are best
// first. Levels of one price are fine. The two sides are not compared: before the open and in auctions bids stand above
// asks, and no packet proves that trading is continuous.
bool is_ordinary(const bgw_book& book) {
  bool good = true;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  for (const bgw_level& level : bids_of(book)) {
    good &= level.quantity > 0 && level.price > 0 && level.price <= before;
    before = level.price;
  }
  before = 1;
  for (const bgw_level& level : asks_of(book)) {
    good &= level.quantity > 0 && level.price >= before;
    before = level.price;
  }
  return good;
}

bool are_in_order(Side bids, Side asks) {
  const auto falls = [](const bgw_level& a, const bgw_level& b) { return a.price > b.price; };
  const auto rises = [](const bgw_level& a, const bgw_level& b) { return a.price < b.price; };
  return std::is_sorted(bids.begin(), bids.end(), falls) && std::is_sorted(asks.begin(), asks.end(), rises);
}

// Which prices of zero and below a level may have.
struct Legal {
  bool below_zero;
  bool zero;
  bool has(std::int64_t price) const { return price > 0 || (price == 0 ? zero : below_zero); }
};

// A level at 0 can be a limit of zero, where the exchange has such prices, or market orders, which have no price. The
// rest of the packet tells: a market at zero also shows a last price of zero or below, or a level below zero. Where
// every other price is above zero, the orders at 0 are market orders.
Legal legal_prices(const bgw_update& update, bool has_ltp, bool prices_below_zero) {
  if (!prices_below_zero) return {false, false};
  const auto is_below = [](const bgw_level& level) { return level.price < 0; };
  return {true, (has_ltp && update.tick->ltp <= 0) || std::ranges::any_of(bids_of(*update.book), is_below) ||
                    std::ranges::any_of(asks_of(*update.book), is_below)};
}

// Copies the levels that mean something and returns their number. `odd` counts those left out, except empty ones.
std::uint32_t copy_levels(Side from, Legal legal, bgw_level* to, std::uint32_t& odd) {
  std::uint32_t count = 0;
  for (const bgw_level& level : from) {
    if (level.quantity == 0) continue;
    if (level.quantity > 0 && legal.has(level.price))
      to[count++] = level;
    else
      ++odd;
  }
  return count;
}

}  // namespace

UpdateCheck::Result UpdateCheck::check(const bgw_update& update, bool prices_below_zero) noexcept {
  Result result{update};
  const std::uint64_t present = update.tick->present & ~absent_prices(update, prices_below_zero);
  result.lost_price = ((present ^ update.tick->present) & BGW_HAS_LTP) != 0;
  if (update.book != nullptr && !is_ordinary(*update.book)) {
    const Legal legal = legal_prices(update, (present & BGW_HAS_LTP) != 0, prices_below_zero);
    book_ = *update.book;
    book_.bid_count = copy_levels(bids_of(*update.book), legal, bids_.data(), result.levels);
    book_.ask_count = copy_levels(asks_of(*update.book), legal, asks_.data(), result.levels);
    book_.bids = bids_.data();
    book_.asks = asks_.data();
    result.lost_book = !are_in_order(bids_of(book_), asks_of(book_));
    result.update.book = result.lost_book ? nullptr : &book_;
  }
  if (present == update.tick->present && !result.lost_book) return result;
  tick_ = *update.tick;
  tick_.present = present;
  if (result.lost_book) tick_.modes &= ~std::uint32_t{BGW_MODE_DEPTH};
  result.update.tick = &tick_;
  return result;
}

}  // namespace gw::plugin_host
