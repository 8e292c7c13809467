#include "core/plugin_host/update_check.hpp"

#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace gw::plugin_host {
namespace {

using Prices = std::vector<std::int64_t>;

class Check : public testing::Test {
 protected:
  Check() {
    tick_.modes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
    tick_.present = BGW_HAS_LTP | BGW_HAS_VOLUME;
    tick_.ltp = 100;
    tick_.volume = 7;
  }
  UpdateCheck::Result check(const Prices& bids, const Prices& asks) {
    bids_.clear();
    asks_.clear();
    for (const std::int64_t price : bids) bids_.push_back({price, 10, 1, 0});
    for (const std::int64_t price : asks) asks_.push_back({price, 10, 1, 0});
    return check();
  }
  UpdateCheck::Result check() {
    book_.bid_count = static_cast<std::uint32_t>(bids_.size());
    book_.ask_count = static_cast<std::uint32_t>(asks_.size());
    book_.bids = bids_.data();
    book_.asks = asks_.data();
    return check_.check({&tick_, rare_, &book_, values_.data(), static_cast<std::uint32_t>(values_.size()), 0}, rules_);
  }

  UpdateCheck check_;
  bgw_tick tick_{};
  const bgw_tick_rare* rare_ = nullptr;
  bgw_book book_{};
  ValueRules rules_;
  std::vector<bgw_value> values_;
  std::vector<bgw_level> bids_;
  std::vector<bgw_level> asks_;
};

TEST_F(Check, ABookInOrderPassesUntouched) {
  for (const auto& [bids, asks] : {std::pair<Prices, Prices>{{}, {}},
                                   {{99}, {}},
                                   {{99, 98, 97}, {101, 102}},
                                   {{99, 99, 99, 98}, {101, 101}},    // orders of one price
                                   {{101, 100}, {101, 102}},          // locked
                                   {{105, 104}, {100, 101, 103}}}) {  // crossed
    const UpdateCheck::Result result = check(bids, asks);
    EXPECT_EQ(result.update.tick, &tick_);
    EXPECT_EQ(result.update.book, &book_);
    EXPECT_FALSE(result.lost_book);
  }
}

TEST_F(Check, ABookWithASideOutOfOrderIsLeftOutAndTheRestStays) {
  for (const auto& [bids, asks] : {std::pair<Prices, Prices>{{98, 99}, {101, 102}},
                                   {{99, 98}, {102, 101}},
                                   {{99, 97, 98}, {}},
                                   {{}, {101, 103, 102}}}) {
    const UpdateCheck::Result result = check(bids, asks);
    EXPECT_TRUE(result.lost_book);
    EXPECT_EQ(result.update.book, nullptr);
    EXPECT_EQ(result.update.tick->modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE});
    EXPECT_EQ(result.update.tick->present, tick_.present);
    EXPECT_EQ(result.update.tick->ltp, 100);
  }
}

// ---- levels

Prices prices(const bgw_level* levels, std::uint32_t count) {
  Prices out;
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(levels[i].price);
  return out;
}
Prices bids(const UpdateCheck::Result& r) { return prices(r.update.book->bids, r.update.book->bid_count); }
Prices asks(const UpdateCheck::Result& r) { return prices(r.update.book->asks, r.update.book->ask_count); }

TEST_F(Check, LevelsThatAreNoneGoBeforeTheOrderIsLookedAt) {
  bids_ = {{0, 500, 3, 0}, {99, 10, 1, 0}, {-5, 10, 1, 0}, {500, 0, 1, 0}, {98, -1, 1, 0}, {97, 10, 7, 0}};
  asks_ = {{0, 700, 4, 0}, {101, 10, 1, 0}};
  book_.present = BGW_HAS_ORDERS;
  const UpdateCheck::Result result = check();
  EXPECT_EQ(bids(result), (Prices{99, 97}));
  EXPECT_EQ(asks(result), (Prices{101}));
  EXPECT_EQ(result.update.book->bids[1].orders, 7U);
  EXPECT_EQ(result.update.book->present, std::uint32_t{BGW_HAS_ORDERS});
  EXPECT_EQ(result.levels, 4U) << "the empty one is nothing odd";
  EXPECT_FALSE(result.lost_book);
  EXPECT_EQ(result.update.tick, &tick_);
}

TEST_F(Check, ABookWhoseLevelsAllGoIsEmpty) {
  const UpdateCheck::Result result = check({0}, {});
  EXPECT_EQ(bids(result), Prices{});
  EXPECT_EQ(result.levels, 1U);
  EXPECT_FALSE(result.lost_book);
}

TEST_F(Check, TheLargestBookFits) {
  const UpdateCheck::Result result = check(Prices(kMaxBookLevels, -1), Prices(kMaxBookLevels, 5));
  EXPECT_EQ(result.levels, kMaxBookLevels);
  EXPECT_EQ(result.update.book->ask_count, kMaxBookLevels);
}

TEST_F(Check, ZeroIsMarketOrdersWhereEveryOtherPriceIsAboveZero) {
  rules_.prices_below_zero = true;
  for (const auto& [b, a] : {std::pair<Prices, Prices>{{0, 99, 98}, {101}},
                             {{99}, {0, 101, 102}},
                             {{0, 99}, {0, 101}},
                             {{}, {0, 101}},
                             {{0}, {0}}}) {
    const UpdateCheck::Result result = check(b, a);
    EXPECT_FALSE(result.lost_book);
    for (const Prices& side : {bids(result), asks(result)})
      for (const std::int64_t price : side) EXPECT_GT(price, 0);
    EXPECT_EQ(bids(result).size() + asks(result).size() + result.levels, b.size() + a.size());
  }
}

TEST_F(Check, ZeroIsAPriceOfAMarketThatIsThere) {
  rules_.prices_below_zero = true;
  for (const auto& [ltp, b, a] : {std::tuple<std::int64_t, Prices, Prices>{5, {0, -5}, {5, 10}},
                                  {5, {-5, -10}, {0, 5}},
                                  {-5, {0}, {5}},
                                  {0, {0}, {0, 5}},
                                  {-3763, {-3768, -3773}, {-3758, -3753}}}) {
    tick_.ltp = ltp;
    const UpdateCheck::Result result = check(b, a);
    EXPECT_EQ(bids(result), b);
    EXPECT_EQ(asks(result), a);
    EXPECT_EQ(result.levels, 0U);
  }
  EXPECT_TRUE(check({-10, -5}, {}).lost_book);
}

// ---- prices

constexpr std::uint64_t kPrices = BGW_HAS_LTP | BGW_HAS_AVERAGE_PRICE | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW |
                                  BGW_HAS_CLOSE | BGW_HAS_UPPER_CIRCUIT | BGW_HAS_LOWER_CIRCUIT |
                                  BGW_HAS_HIGH_52_WEEKS | BGW_HAS_LOW_52_WEEKS;

bgw_tick_rare all_prices(std::int64_t price, bgw_tick& t) {
  t.ltp = t.average_price = t.open = t.high = t.low = t.close = price;
  t.present |= kPrices;
  return {0, 0, price, price, price, price, 0, 0, 0};
}

TEST_F(Check, APriceOfZeroOrBelowIsNotSaidAndTheRestStays) {
  for (const std::int64_t price : {std::int64_t{0}, std::int64_t{-5}, std::numeric_limits<std::int64_t>::min()}) {
    const bgw_tick_rare rare = all_prices(price, tick_);
    rare_ = &rare;
    const UpdateCheck::Result result = check();
    EXPECT_EQ(result.update.tick->present, std::uint64_t{BGW_HAS_VOLUME});
    EXPECT_EQ(result.update.tick->modes, tick_.modes) << "the packet is of these streams all the same";
    EXPECT_EQ(result.update.rare, &rare);
    EXPECT_TRUE(result.lost_price);
  }
  const bgw_tick_rare rare = all_prices(1, tick_);
  rare_ = &rare;
  tick_.open = 0;
  const UpdateCheck::Result result = check();
  EXPECT_EQ(result.update.tick->present, tick_.present & ~std::uint64_t{BGW_HAS_OPEN});
  EXPECT_FALSE(result.lost_price);
}

TEST_F(Check, PricesOfZeroAndBelowStayWhereTheExchangeHasThem) {
  rules_.prices_below_zero = true;
  for (const std::int64_t price : {0, -5}) {
    const bgw_tick_rare rare = all_prices(price, tick_);
    rare_ = &rare;
    EXPECT_EQ(check().update.tick, &tick_);
  }
}

TEST_F(Check, AZeroIsNoLastPriceBeforeTheFirstTrade) {
  rules_.prices_below_zero = true;
  tick_.ltp = 0;
  tick_.volume = 0;
  EXPECT_TRUE(check().lost_price);
  EXPECT_EQ(check().update.tick->present, std::uint64_t{BGW_HAS_VOLUME});
  tick_.present |= BGW_HAS_LAST_TRADE_TIME;
  EXPECT_FALSE(check().lost_price);
}

TEST_F(Check, APriceBelowZeroIsCountedAndAZeroIsNone) {
  bgw_tick_rare rare = all_prices(1, tick_);
  rare_ = &rare;
  tick_.ltp = tick_.open = -5;
  tick_.close = 0;
  rare.lower_circuit = -1;
  EXPECT_EQ(check().prices, 3U);
  tick_.present &= ~std::uint64_t{BGW_HAS_OPEN};
  EXPECT_EQ(check().prices, 2U) << "what is not said counts as nothing";
  rules_.prices_below_zero = true;
  EXPECT_EQ(check().prices, 0U);
}

constexpr std::int64_t kExtremes[] = {std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max()};

TEST_F(Check, TheEndsOfTheRangeOfNumbersAreNoPricesAnywhere) {
  for (const bool below_zero : {false, true})
    for (const std::int64_t extreme : kExtremes) {
      rules_.prices_below_zero = below_zero;
      const bgw_tick_rare rare = all_prices(extreme, tick_);
      rare_ = &rare;
      const UpdateCheck::Result result = check({99}, {101});
      EXPECT_EQ(result.update.tick->present, std::uint64_t{BGW_HAS_VOLUME});
      EXPECT_TRUE(result.lost_price);
      EXPECT_EQ(result.prices, 10U);
      EXPECT_EQ(result.update.book, &book_);
    }
}

TEST_F(Check, TheEndsOfTheRangeOfNumbersAreNoLevels) {
  constexpr std::int64_t kMinValue = kExtremes[0];
  constexpr std::int64_t kMaxValue = kExtremes[1];
  for (const bool below_zero : {false, true}) {
    rules_.prices_below_zero = below_zero;
    const UpdateCheck::Result result = check({kMaxValue, 99, kMinValue}, {kMinValue, 101, kMaxValue});
    EXPECT_EQ(bids(result), (Prices{99}));
    EXPECT_EQ(asks(result), (Prices{101}));
    EXPECT_EQ(result.prices, 4U);
    EXPECT_EQ(result.levels, 0U);
    EXPECT_FALSE(result.lost_book);
  }
  EXPECT_EQ(check({kMaxValue}, {}).prices, 1U);
  EXPECT_EQ(check({}, {kMaxValue}).prices, 1U);
  EXPECT_EQ(asks(check({kMinValue}, {0, 101})), (Prices{101})) << "no price below zero is there";
}

TEST_F(Check, AHighBelowTheLowOfItsPacketIsNoneAndNeitherIsTheLow) {
  for (const bool below_zero : {false, true}) {
    rules_.prices_below_zero = below_zero;
    bgw_tick_rare rare = all_prices(100, tick_);
    rare_ = &rare;
    tick_.high = 99;
    EXPECT_EQ(check().update.tick->present, tick_.present & ~std::uint64_t{BGW_HAS_HIGH | BGW_HAS_LOW});
    EXPECT_EQ(check().prices, 2U);
    rare.upper_circuit = 99;
    rare.high_52_weeks = 99;
    constexpr std::uint64_t kRare =
        BGW_HAS_UPPER_CIRCUIT | BGW_HAS_LOWER_CIRCUIT | BGW_HAS_HIGH_52_WEEKS | BGW_HAS_LOW_52_WEEKS;
    EXPECT_EQ(check().update.tick->present, tick_.present & ~(kRare | BGW_HAS_HIGH | BGW_HAS_LOW));
    EXPECT_EQ(check().prices, 6U);
  }
}

TEST_F(Check, AHighIsComparedWithALowThatIsThere) {
  all_prices(100, tick_);
  tick_.high = 99;
  tick_.present &= ~std::uint64_t{BGW_HAS_LOW};
  EXPECT_EQ(check().update.tick, &tick_);
  tick_.present |= BGW_HAS_LOW;
  tick_.high = 0;
  EXPECT_EQ(check().update.tick->present, tick_.present & ~std::uint64_t{BGW_HAS_HIGH}) << "a zero is none";
  EXPECT_EQ(check().prices, 0U);
  tick_.high = -5;
  EXPECT_EQ(check().update.tick->present, tick_.present & ~std::uint64_t{BGW_HAS_HIGH});
  EXPECT_EQ(check().prices, 1U);
}

// ---- quantities

TEST_F(Check, QuantitiesBelowZeroAreNotSaidAndTheRestStays) {
  tick_.present |= BGW_HAS_LAST_QUANTITY | BGW_HAS_TOTAL_BUY | BGW_HAS_TOTAL_SELL | BGW_HAS_OI | BGW_HAS_OI_DAY_LOW;
  bgw_tick_rare rare{};
  rare.oi_day_low = -1;
  rare_ = &rare;
  tick_.volume = tick_.last_quantity = tick_.total_buy_quantity = tick_.total_sell_quantity = tick_.oi = -1;
  UpdateCheck::Result result = check();
  EXPECT_EQ(result.update.tick->present, std::uint64_t{BGW_HAS_LTP});
  EXPECT_EQ(result.update.tick->ltp, 100);
  EXPECT_EQ(result.quantities, 6U);
  EXPECT_EQ(result.prices, 0U);
  tick_.volume = tick_.last_quantity = tick_.total_buy_quantity = tick_.total_sell_quantity = tick_.oi = 0;
  rare.oi_day_low = 0;
  result = check();
  EXPECT_EQ(result.update.tick, &tick_);
  EXPECT_EQ(result.quantities, 0U);
}

TEST_F(Check, FurtherQuantitiesBelowZeroAreLeftOutAndOtherValuesMayBeBelowZero) {
  values_ = {{BGW_VALUE_BID_QUANTITY, 0, -1},
             {BGW_VALUE_THETA, -4, -25'000},
             {BGW_VALUE_TRADES, 0, -7},
             {BGW_VALUE_ASK_QUANTITY, 0, 0}};
  UpdateCheck::Result result = check();
  ASSERT_EQ(result.update.value_count, 2U);
  EXPECT_EQ(result.update.values[0].kind, std::uint32_t{BGW_VALUE_THETA});
  EXPECT_EQ(result.update.values[1].kind, std::uint32_t{BGW_VALUE_ASK_QUANTITY});
  EXPECT_EQ(result.quantities, 2U);
  values_.resize(2);
  values_[0].value = 3;
  result = check();
  EXPECT_EQ(result.update.values, values_.data());
  EXPECT_EQ(result.quantities, 0U);
}

// ---- prices among further values

std::vector<std::uint32_t> kinds(const UpdateCheck::Result& r) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < r.update.value_count; ++i) out.push_back(r.update.values[i].kind);
  return out;
}
std::vector<bgw_value> prices_of(std::int64_t value) {
  std::vector<bgw_value> out;
  for (const std::uint32_t kind : {BGW_VALUE_BID_PRICE, BGW_VALUE_ASK_PRICE, BGW_VALUE_INDICATIVE_PRICE,
                                   BGW_VALUE_MARK_PRICE, BGW_VALUE_INDEX_PRICE})
    out.push_back({kind, -9, value});
  return out;
}

TEST_F(Check, FurtherPricesBelowZeroAreLeftOutWhereTheExchangeHasNone) {
  values_ = prices_of(-42);
  values_.push_back({BGW_VALUE_DELTA, -2, -42});
  UpdateCheck::Result result = check();
  EXPECT_EQ(kinds(result), (std::vector<std::uint32_t>{BGW_VALUE_DELTA}));
  EXPECT_EQ(result.prices, 5U);
  EXPECT_EQ(result.quantities, 0U);
  EXPECT_EQ(result.update.tick, &tick_);
  rules_.prices_below_zero = true;
  result = check();
  EXPECT_EQ(result.update.values, values_.data());
  EXPECT_EQ(result.prices, 0U);
}

TEST_F(Check, FurtherPricesAreNeverTheEndsOfTheRangeOfNumbers) {
  for (const bool below_zero : {false, true})
    for (const std::int64_t extreme : kExtremes) {
      rules_.prices_below_zero = below_zero;
      values_ = prices_of(extreme);
      values_.push_back({BGW_VALUE_TRADES, 0, 3});
      const UpdateCheck::Result result = check();
      EXPECT_EQ(kinds(result), (std::vector<std::uint32_t>{BGW_VALUE_TRADES}));
      EXPECT_EQ(result.prices, 5U);
    }
}

// A zero takes the place of an older price, which would stand for a side that is empty now.
TEST_F(Check, AZeroAmongFurtherPricesPasses) {
  rules_.grid = 5;
  values_ = prices_of(0);
  EXPECT_EQ(check().update.values, values_.data());
}

TEST_F(Check, KindsThatAreNoPricesMayBeBelowZero) {
  for (const std::uint32_t kind : {BGW_VALUE_DELTA, BGW_VALUE_GAMMA, BGW_VALUE_THETA, BGW_VALUE_VEGA, BGW_VALUE_RHO,
                                   BGW_VALUE_IMPLIED_VOLATILITY, BGW_VALUE_FUNDING_RATE})
    values_.push_back({kind, -4, -42});
  values_.push_back({BGW_VALUE_MARKET_STATUS + 1, 0, -42});  // one that nobody knows yet
  EXPECT_EQ(check().update.values, values_.data());
}

TEST_F(Check, TheBestBidAndAskAreOnTheGridAndOtherFurtherPricesNeedNotBe) {
  rules_.grid = 5;
  values_ = prices_of(102);
  const UpdateCheck::Result result = check();
  EXPECT_EQ(kinds(result),
            (std::vector<std::uint32_t>{BGW_VALUE_INDICATIVE_PRICE, BGW_VALUE_MARK_PRICE, BGW_VALUE_INDEX_PRICE}));
  EXPECT_EQ(result.prices, 2U);
  values_ = prices_of(105);
  EXPECT_EQ(check().update.values, values_.data());
}

TEST_F(Check, AFurtherPriceIsOnTheGridInUnitsOfItsOwn) {
  rules_ = {.grid = 5, .price_exponent = -2};  // 0.05
  const auto passes = [this](std::int64_t value, std::int32_t exponent) {
    values_ = {{BGW_VALUE_BID_PRICE, exponent, value}};
    return check().update.value_count == 1;
  };
  EXPECT_TRUE(passes(10'005, -2));
  EXPECT_FALSE(passes(10'003, -2));
  EXPECT_TRUE(passes(100'050'000, -6));
  EXPECT_FALSE(passes(100'050'001, -6));
  EXPECT_TRUE(passes(1'000, -1));
  EXPECT_TRUE(passes(100, 0));
  EXPECT_FALSE(passes(9'000'000'000'000'000'000, 0)) << "no price of this instrument is so large";
  rules_ = {.grid = 3, .price_exponent = -1};
  EXPECT_TRUE(passes(3, 0));
  EXPECT_FALSE(passes(4, 0));
}

// ---- the grid of the tick size

TEST_F(Check, PricesBesideTheGridAreLeftOutWhereTheFeedPromisesIt) {
  rules_.grid = 5;
  tick_.ltp = 102;
  UpdateCheck::Result result = check({95, 93, 90}, {100, 101});
  EXPECT_EQ(bids(result), (Prices{95, 90}));
  EXPECT_EQ(asks(result), (Prices{100}));
  EXPECT_EQ(result.prices, 3U);
  EXPECT_EQ(result.levels, 0U);
  EXPECT_TRUE(result.lost_price);
  EXPECT_EQ(result.update.tick->present, std::uint64_t{BGW_HAS_VOLUME});
  tick_.ltp = 100;
  result = check({95, 90}, {100});
  EXPECT_EQ(result.update.tick, &tick_);
  EXPECT_EQ(result.update.book, &book_);
  EXPECT_EQ(result.prices, 0U);
}

TEST_F(Check, TradedPricesOfADayAreOnTheGridToo) {
  rules_.grid = 5;
  const bgw_tick_rare rare = all_prices(105, tick_);
  rare_ = &rare;
  tick_.open = 102;
  tick_.high = 106;
  tick_.low = 99;
  const UpdateCheck::Result result = check();
  EXPECT_EQ(result.update.tick->present, tick_.present & ~std::uint64_t{BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW});
  EXPECT_EQ(result.prices, 3U);
}

TEST_F(Check, AveragesClosesAndLimitsMayBeBesideTheGrid) {
  rules_.grid = 5;
  const bgw_tick_rare rare = all_prices(103, tick_);
  rare_ = &rare;
  tick_.ltp = tick_.open = tick_.high = tick_.low = 105;
  EXPECT_EQ(check().update.tick, &tick_);
}

TEST_F(Check, TheGridHoldsForPricesBelowZeroToo) {
  rules_ = {.prices_below_zero = true, .grid = 5};
  all_prices(-5, tick_);
  tick_.high = -3;
  const UpdateCheck::Result result = check({-10, -12}, {0, 5});
  EXPECT_EQ(bids(result), (Prices{-10}));
  EXPECT_EQ(result.update.tick->present, tick_.present & ~std::uint64_t{BGW_HAS_HIGH});
  EXPECT_EQ(result.prices, 2U);
}

TEST_F(Check, WithoutThePromiseNoPriceIsBesideAnything) {
  tick_.ltp = 102;
  const UpdateCheck::Result result = check({95, 93}, {101});
  EXPECT_EQ(result.update.book, &book_);
  EXPECT_EQ(result.prices, 0U);
}

}  // namespace
}  // namespace gw::plugin_host
