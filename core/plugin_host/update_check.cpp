#include "core/plugin_host/update_check.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>

#include "bgw/decimal.hpp"

namespace gw::plugin_host {
namespace {

using Side = std::span<const bgw_level>;

Side bids_of(const bgw_book& book) { return {book.bids, book.bid_count}; }
Side asks_of(const bgw_book& book) { return {book.asks, book.ask_count}; }

// ---- prices

constexpr std::int64_t kMinValue = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMaxValue = std::numeric_limits<std::int64_t>::max();

// The ends of the range stand for "none" in some feeds, and come of sums that did not fit. No market is there.
bool is_extreme(std::int64_t price) { return price == kMinValue || price == kMaxValue; }

// As nearly every price is: above zero, and below what no price can be.
bool is_ordinary(std::int64_t price) {
  return static_cast<std::uint64_t>(price) - 1 < static_cast<std::uint64_t>(kMaxValue) - 1;
}

bool is_beside(std::int64_t price, std::int64_t grid) { return grid != 0 && price % grid != 0; }

bool is_impossible(std::int64_t price, const ValueRules& rules) {
  return is_extreme(price) || (price < 0 && !rules.prices_below_zero);
}

// ---- prices of the tick

// Those at which something was traded.
constexpr std::uint64_t kTraded = BGW_HAS_LTP | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW;
// Each a pair of which the first is no lower than the second.
constexpr std::uint64_t kDay = BGW_HAS_HIGH | BGW_HAS_LOW;
constexpr std::uint64_t kCircuits = BGW_HAS_UPPER_CIRCUIT | BGW_HAS_LOWER_CIRCUIT;
constexpr std::uint64_t kYear = BGW_HAS_HIGH_52_WEEKS | BGW_HAS_LOW_52_WEEKS;

// Calls `look` with each price and its presence bit, whether the packet has it or not.
template <class F>
void for_each_price(const bgw_update& update, F&& look) {
  const bgw_tick& tick = *update.tick;
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
}

// The same with each pair.
template <class F>
void for_each_pair(const bgw_update& update, F&& look) {
  look(update.tick->high, update.tick->low, kDay);
  if (const bgw_tick_rare* rare = update.rare; rare != nullptr) {
    look(rare->upper_circuit, rare->lower_circuit, kCircuits);
    look(rare->high_52_weeks, rare->low_52_weeks, kYear);
  }
}

// Presence bits of the prices that must be looked at closely. No branch depends on a price: nearly every packet has
// none of these.
std::uint64_t odd_prices(const bgw_update& update, const ValueRules& rules) {
  std::uint64_t bits = rules.grid != 0 ? kTraded : 0;
  for_each_price(update, [&bits](std::int64_t price, std::uint64_t bit) { bits |= is_ordinary(price) ? 0 : bit; });
  for_each_pair(update,
                [&bits](std::int64_t high, std::int64_t low, std::uint64_t both) { bits |= high < low ? both : 0; });
  return bits & update.tick->present;
}

// Zero is no last price where nothing has been traded yet.
bool has_traded(const bgw_tick& tick) {
  return ((tick.present & BGW_HAS_VOLUME) != 0 && tick.volume > 0) || (tick.present & BGW_HAS_LAST_TRADE_TIME) != 0;
}

// What is not said: presence bits, and how many of them are of prices that the instrument cannot have.
struct Absent {
  std::uint64_t bits = 0;
  std::uint32_t impossible = 0;
};

// A price of zero means "none" where the exchange has none of these.
Absent absent_prices(const bgw_update& update, const ValueRules& rules) {
  Absent absent;
  const std::uint64_t odd = odd_prices(update, rules);
  if (odd == 0) return absent;
  const bgw_tick& tick = *update.tick;
  for_each_price(update, [&](std::int64_t price, std::uint64_t bit) {
    if ((odd & bit) == 0) return;
    const bool is_none = price == 0 && (!rules.prices_below_zero || (bit == BGW_HAS_LTP && !has_traded(tick)));
    const bool is_bad = is_impossible(price, rules) || ((kTraded & bit) != 0 && is_beside(price, rules.grid));
    if (is_none || is_bad) absent.bits |= bit;
    if (is_bad) ++absent.impossible;
  });
  // Which of the two is wrong, nobody knows.
  for_each_pair(update, [&](std::int64_t high, std::int64_t low, std::uint64_t both) {
    if (high >= low || (tick.present & ~absent.bits & both) != both) return;
    absent.bits |= both;
    absent.impossible += 2;
  });
  return absent;
}

// ---- quantities

// Presence bits of the quantities below zero.
std::uint64_t negative_quantities(const bgw_update& update) {
  const bgw_tick& tick = *update.tick;
  std::uint64_t bits = 0;
  const auto look = [&bits](std::int64_t quantity, std::uint64_t bit) { bits |= quantity < 0 ? bit : 0; };
  look(tick.last_quantity, BGW_HAS_LAST_QUANTITY);
  look(tick.volume, BGW_HAS_VOLUME);
  look(tick.total_buy_quantity, BGW_HAS_TOTAL_BUY);
  look(tick.total_sell_quantity, BGW_HAS_TOTAL_SELL);
  look(tick.oi, BGW_HAS_OI);
  if (const bgw_tick_rare* rare = update.rare; rare != nullptr) {
    look(rare->oi_day_high, BGW_HAS_OI_DAY_HIGH);
    look(rare->oi_day_low, BGW_HAS_OI_DAY_LOW);
  }
  return bits & tick.present;
}

// ---- further values

bool is_quantity(std::uint32_t kind) {
  return kind == BGW_VALUE_BID_QUANTITY || kind == BGW_VALUE_ASK_QUANTITY || kind == BGW_VALUE_INDICATIVE_QUANTITY ||
         kind == BGW_VALUE_TRADES || kind == BGW_VALUE_TURNOVER;
}

bool is_orders_price(std::uint32_t kind) { return kind == BGW_VALUE_BID_PRICE || kind == BGW_VALUE_ASK_PRICE; }

bool is_price(std::uint32_t kind) {
  return is_orders_price(kind) || kind == BGW_VALUE_INDICATIVE_PRICE || kind == BGW_VALUE_MARK_PRICE ||
         kind == BGW_VALUE_INDEX_PRICE;
}

// A price that has more decimals than the instrument's prices is beside their grid, too.
bool is_beside(const bgw_value& price, const ValueRules& rules) {
  if (rules.grid == 0) return false;
  const auto in_units = bgw::rescale(price.value, price.exponent, rules.price_exponent);
  return !in_units || is_beside(*in_units, rules.grid);
}

bool is_negative_quantity(const bgw_value& value) { return value.value < 0 && is_quantity(value.kind); }

// A zero passes: it takes the place of an older price, of a side that is empty now.
bool is_impossible_price(const bgw_value& value, const ValueRules& rules) {
  return is_price(value.kind) &&
         (is_impossible(value.value, rules) || (is_orders_price(value.kind) && is_beside(value, rules)));
}

// ---- the book

// Whether a book is as nearly every book is: each level has a quantity and a price above zero, and the levels are best
// first. Levels of one price are fine. The two sides are not compared: before the open and in auctions bids stand above
// asks, and no packet proves that trading is continuous.
bool is_ordinary(const bgw_book& book, std::int64_t grid) {
  bool good = true;
  std::int64_t before = kMaxValue - 1;
  for (const bgw_level& level : bids_of(book)) {
    good &= level.quantity > 0 && level.price > 0 && level.price <= before;
    before = level.price;
  }
  before = 1;
  for (const bgw_level& level : asks_of(book)) {
    good &= level.quantity > 0 && level.price >= before;
    before = level.price;
  }
  good &= before != kMaxValue;
  if (grid == 0 || !good) return good;
  const auto is_on_grid = [grid](const bgw_level& level) { return !is_beside(level.price, grid); };
  return std::ranges::all_of(bids_of(book), is_on_grid) && std::ranges::all_of(asks_of(book), is_on_grid);
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
  const auto is_below = [](const bgw_level& level) { return level.price < 0 && level.price != kMinValue; };
  return {true, (has_ltp && update.tick->ltp <= 0) || std::ranges::any_of(bids_of(*update.book), is_below) ||
                    std::ranges::any_of(asks_of(*update.book), is_below)};
}

// Copies the levels that mean something and returns their number. Those left out are counted, except empty ones.
std::uint32_t copy_levels(Side from, Legal legal, std::int64_t grid, bgw_level* to, UpdateCheck::Result& result) {
  std::uint32_t count = 0;
  for (const bgw_level& level : from) {
    if (level.quantity == 0) continue;
    if (level.quantity < 0)
      ++result.levels;
    else if (is_extreme(level.price))
      ++result.prices;
    else if (!legal.has(level.price))
      ++result.levels;
    else if (is_beside(level.price, grid))
      ++result.prices;
    else
      to[count++] = level;
  }
  return count;
}

}  // namespace

void UpdateCheck::check_values(const ValueRules& rules, Result& result) noexcept {
  bgw_update& update = result.update;
  const std::span<const bgw_value> all(update.values, update.value_count);
  const auto is_good = [&](const bgw_value& v) { return !is_negative_quantity(v) && !is_impossible_price(v, rules); };
  if (std::ranges::all_of(all, is_good)) return;
  update.value_count = 0;
  for (const bgw_value& value : all) {
    if (is_good(value))
      values_[update.value_count++] = value;
    else
      ++(is_price(value.kind) ? result.prices : result.quantities);
  }
  update.values = values_.data();
}

UpdateCheck::Result UpdateCheck::check(const bgw_update& update, const ValueRules& rules) noexcept {
  Result result{update};
  const Absent prices = absent_prices(update, rules);
  const std::uint64_t quantities = negative_quantities(update);
  const std::uint64_t present = update.tick->present & ~(prices.bits | quantities);
  result.lost_price = ((present ^ update.tick->present) & BGW_HAS_LTP) != 0;
  result.prices = prices.impossible;
  result.quantities = static_cast<std::uint32_t>(std::popcount(quantities));
  if (update.value_count != 0) check_values(rules, result);
  if (update.book != nullptr && !is_ordinary(*update.book, rules.grid)) {
    const Legal legal = legal_prices(update, (present & BGW_HAS_LTP) != 0, rules.prices_below_zero);
    book_ = *update.book;
    book_.bid_count = copy_levels(bids_of(*update.book), legal, rules.grid, bids_.data(), result);
    book_.ask_count = copy_levels(asks_of(*update.book), legal, rules.grid, asks_.data(), result);
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
