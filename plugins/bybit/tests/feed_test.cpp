// What tickers say, and how they stand beside trades.
#include "adapter_fixture.hpp"

namespace bybit {
namespace {

class FeedTest : public AdapterTest {
 protected:
  FeedTest() { open_both(); }
  const bgw_tick& last() const { return host.published.back().tick; }
  // "kind=value e exponent" of the last update's further values.
  std::vector<std::string> values() const {
    std::vector<std::string> all;
    for (const bgw_value& v : host.published.back().values)
      all.push_back(std::to_string(v.kind) + '=' + std::to_string(v.value) + 'e' + std::to_string(v.exponent));
    return all;
  }
};

TEST_F(FeedTest, ASnapshotHasEverything) {
  subscribe({want(1, BGW_MODE_QUOTE, "linear:A")});
  frame(ticker_frame(
      "A",
      R"("lastPrice":"65114.30","prevPrice24h":"65008.70","highPrice24h":"65282.30","lowPrice24h":"64694.40","markPrice":"65117.44","indexPrice":"65137.7612","openInterest":"59891.732","turnover24h":"1142118412.9021","volume24h":"17573.9120","fundingRate":"-0.00000876","bid1Price":"65114.20","bid1Size":"5.954","ask1Price":"65114.30","ask1Size":"10.470","preQty":"")"));
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(last().modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(last().present, BGW_HAS_LTP | BGW_HAS_CLOSE | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_OI | BGW_HAS_VOLUME |
                                BGW_HAS_EXCHANGE_TIME);
  EXPECT_EQ(last().ltp, 6511430);
  EXPECT_EQ(last().close, 6500870);
  EXPECT_EQ(last().high, 6528230);
  EXPECT_EQ(last().low, 6469440);
  EXPECT_EQ(last().oi, 59891732);
  EXPECT_EQ(last().volume, 17573912);
  EXPECT_EQ(last().exchange_time_ns, 2000 * kMillisecond);
  EXPECT_THAT(values(), testing::UnorderedElementsAre(std::to_string(BGW_VALUE_TURNOVER) + "=11421184129021e-4",
                                                      std::to_string(BGW_VALUE_MARK_PRICE) + "=6511744e-2",
                                                      std::to_string(BGW_VALUE_INDEX_PRICE) + "=651377612e-4",
                                                      std::to_string(BGW_VALUE_FUNDING_RATE) + "=-876e-8",
                                                      std::to_string(BGW_VALUE_BID_PRICE) + "=651142e-1",
                                                      std::to_string(BGW_VALUE_BID_QUANTITY) + "=5954e-3",
                                                      std::to_string(BGW_VALUE_ASK_PRICE) + "=651143e-1",
                                                      std::to_string(BGW_VALUE_ASK_QUANTITY) + "=1047e-2"));
}

TEST_F(FeedTest, ADeltaIsPublishedWithWhatItCarriesAlone) {
  subscribe({want(1, BGW_MODE_QUOTE, "linear:A")});
  frame(ticker_frame("A", R"("openInterest":"5.5")", false));
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(last().modes, unsigned{BGW_MODE_QUOTE});
  EXPECT_EQ(last().present, BGW_HAS_OI | BGW_HAS_EXCHANGE_TIME);
  EXPECT_TRUE(host.published[0].values.empty());
  frame(ticker_frame("A", R"("ask1Price":"1","ask1Size":"0.5")", false));
  EXPECT_EQ(last().present, BGW_HAS_EXCHANGE_TIME);
  EXPECT_EQ(values().size(), 2U);
  frame(ticker_frame("A", R"("tickDirection":"PlusTick")", false));
  EXPECT_EQ(host.published.size(), 2U) << "nothing that the gateway knows";
}

TEST_F(FeedTest, ATickersLastPriceFillsInUntilTheFirstTrade) {
  subscribe({want(1, BGW_MODE_QUOTE, "linear:A")});
  frame(ticker_frame("A", R"("lastPrice":"10")"));
  EXPECT_EQ(last().ltp, 1000);
  EXPECT_EQ(last().present & BGW_HAS_LAST_TRADE_TIME, 0U);
  frame(ticker_frame("A", R"("lastPrice":"11")", false));
  EXPECT_EQ(last().ltp, 1100);
  frame(trade_frame("A", "12", "1", 5));
  frame(ticker_frame("A", R"("lastPrice":"11","volume24h":"3")", false));
  EXPECT_EQ(last().present, BGW_HAS_VOLUME | BGW_HAS_EXCHANGE_TIME);
  EXPECT_EQ(last().modes, unsigned{BGW_MODE_QUOTE});
}

TEST_F(FeedTest, AnOlderTradeOfALaterFrameReplacesNothing) {
  subscribe({want(1, BGW_MODE_QUOTE, "linear:A"), want(2, BGW_MODE_QUOTE, "linear:B")});
  frame(trade_frame("A", "12", "1", 5000));
  EXPECT_EQ(frame(trade_frame("A", "11", "1", 4999)), "0");
  ASSERT_EQ(host.published.size(), 1U);
  frame(trade_frame("A", "13", "1", 5000));
  EXPECT_EQ(last().ltp, 1300) << "those of one time are in the order of their arrival";
  frame(trade_frame("B", "7", "1", 4000));
  EXPECT_EQ(last().ltp, 700) << "each instrument has times of its own";
  close(kLinearSocket);
  adapter.on_timer(2);
  frame(trade_frame("A", "11", "1", 4999), 3);
  EXPECT_EQ(host.published.size(), 3U) << "also on the next socket";
  frame(trade_frame("A", "14", "1", 5001), 3);
  EXPECT_EQ(last().ltp, 1400);
}

TEST_F(FeedTest, AfterAReconnectTheTickerFillsInAgain) {
  subscribe({want(1, BGW_MODE_QUOTE, "linear:A")});
  frame(trade_frame("A", "12", "1", 5));
  close(kLinearSocket);
  adapter.on_timer(2);
  frame(ticker_frame("A", R"("lastPrice":"13")"), 3);
  EXPECT_EQ(last().ltp, 1300);
}

TEST_F(FeedTest, ClientsOfTheLastPriceGetNoFurtherTickers) {
  subscribe({want(1, BGW_MODE_LTP, "spot:A")});
  frame(ticker_frame("A", R"("lastPrice":"10","volume24h":"5")"), kSpotSocket);
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(last().ltp, 1000);
  frame(trade_frame("A", "12", "1", 5), kSpotSocket);
  frame(ticker_frame("A", R"("lastPrice":"12","volume24h":"6")"), kSpotSocket);
  EXPECT_EQ(host.published.size(), 2U);
}

}  // namespace
}  // namespace bybit
