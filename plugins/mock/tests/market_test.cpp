#include "mock_market.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace mock {
namespace {

MockInstrument instrument(std::string_view symbol, std::string_view exchange) {
  for (const MockInstrument& i : instruments(std::chrono::sys_days{}))
    if (i.symbol == symbol && i.exchange == exchange) return i;
  throw std::out_of_range("no such instrument");
}

bgw_tick tick_of(const MockMarket& market, std::uint32_t mode = BGW_MODE_DEPTH) {
  bgw_tick tick{};
  bgw_tick_rare rare{};
  market.describe(mode, 1'000'000'000, tick, rare);
  return tick;
}

std::vector<std::int64_t> walk(MockMarket market, int steps) {
  std::vector<std::int64_t> prices;
  for (int i = 0; i < steps; ++i) {
    market.advance();
    prices.push_back(tick_of(market).ltp);
  }
  return prices;
}

TEST(Market, FollowsFromSeedAndTokenAlone) {
  const MockInstrument& infy = instrument("INFY", "NSE");
  EXPECT_EQ(walk(MockMarket(infy, 7, 3), 1000), walk(MockMarket(infy, 7, 3), 1000));
  EXPECT_NE(walk(MockMarket(infy, 7, 3), 1000), walk(MockMarket(infy, 8, 3), 1000));
  EXPECT_NE(walk(MockMarket(infy, 7, 3), 1000), walk(MockMarket(infy, 7, 4), 1000));
}

class EveryMarket : public testing::TestWithParam<const char*> {};

// Whatever the walk does, it stays a market.
TEST_P(EveryMarket, StaysWithinItsDayAndItsTicks) {
  const MockInstrument& i = instrument("RELIANCE", GetParam());
  MockMarket market(i, 1, 1);
  std::int64_t volume = 0;
  for (int step = 0; step < 20'000; ++step) {
    market.advance();
    bgw_tick t{};
    bgw_tick_rare rare{};
    market.describe(BGW_MODE_DEPTH, 0, t, rare);
    ASSERT_LE(t.low, t.ltp);
    ASSERT_GE(t.high, t.ltp);
    ASSERT_GE(t.low, rare.lower_circuit);
    ASSERT_LE(t.high, rare.upper_circuit);
    ASSERT_EQ(t.ltp % i.tick_size, 0);
    ASSERT_GT(t.volume, volume);
    ASSERT_GE(t.average_price, t.low);
    ASSERT_LE(t.average_price, t.high);
    volume = t.volume;
  }
}
INSTANTIATE_TEST_SUITE_P(Exchanges, EveryMarket, testing::Values("NSE", "BSE"));

TEST(Market, TheBookIsSortedUncrossedAndItsTotalsAreRight) {
  MockMarket market(instrument("TCS", "NSE"), 1, 1);
  for (int step = 0; step < 2'000; ++step) {
    market.advance();
    const bgw_book book = market.book(50, 0);
    ASSERT_EQ(book.bid_count, 50U);
    ASSERT_LT(book.bids[0].price, book.asks[0].price);
    std::int64_t buy = 0, sell = 0;
    for (std::uint32_t level = 0; level < 50; ++level) {
      buy += book.bids[level].quantity;
      sell += book.asks[level].quantity;
      ASSERT_GT(book.bids[level].orders, 0U);
      if (level == 0) continue;
      ASSERT_LT(book.bids[level].price, book.bids[level - 1].price);
      ASSERT_GT(book.asks[level].price, book.asks[level - 1].price);
    }
    const bgw_tick t = tick_of(market);
    ASSERT_EQ(t.total_buy_quantity, buy);
    ASSERT_EQ(t.total_sell_quantity, sell);
  }
}

TEST(Market, ABookHasAsManyLevelsAsAsked) {
  const MockMarket market(instrument("TCS", "NSE"), 1, 1);
  for (const std::uint32_t levels : {5U, 20U, 30U, 50U}) EXPECT_EQ(market.book(levels, 0).ask_count, levels);
  EXPECT_EQ(market.book(200, 0).ask_count, 50U);
}

TEST(Market, FillsTheModesThatWereAskedFor) {
  const MockMarket share(instrument("SBIN", "NSE"), 1, 1);
  EXPECT_EQ(tick_of(share, BGW_MODE_LTP).modes, unsigned{BGW_MODE_LTP});
  EXPECT_EQ(tick_of(share, BGW_MODE_QUOTE).modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(tick_of(share, BGW_MODE_DEPTH).modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH});
  EXPECT_EQ(tick_of(share, BGW_MODE_LTP).present & BGW_HAS_VOLUME, 0U);
}

TEST(Market, AnIndexHasNoVolumeNoBookAndNoOpenInterest) {
  const MockMarket nifty(instrument("NIFTY", "NSE_INDEX"), 1, 1);
  const bgw_tick t = tick_of(nifty, BGW_MODE_DEPTH);
  EXPECT_EQ(t.modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(t.present & (BGW_HAS_VOLUME | BGW_HAS_LAST_QUANTITY | BGW_HAS_OI), 0U);
  EXPECT_NE(t.present & BGW_HAS_OPEN, 0U);
}

}  // namespace
}  // namespace mock
