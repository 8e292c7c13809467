// Subscriptions, answers and frames.
#include "adapter_fixture.hpp"

namespace bybit {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class Adapter : public AdapterTest {
 protected:
  Adapter() { open_both(); }
};

TEST_F(Adapter, EachModeAsksForItsTopicsOnTheSocketOfItsCategory) {
  subscribe(
      {want(1, BGW_MODE_LTP, "linear:A"), want(2, BGW_MODE_QUOTE, "spot:A"), want(3, BGW_MODE_DEPTH, "linear:B", 5)});
  EXPECT_THAT(sent(), ElementsAre("1 subscribe tickers.A,publicTrade.A,tickers.B,publicTrade.B,orderbook.50.B",
                                  "2 subscribe tickers.A,publicTrade.A"));
}

TEST_F(Adapter, ALevelIsCutFromTheSmallestBookThatHasIt) {
  for (const auto& [level, depth] :
       {std::pair{1U, "1"}, {5U, "50"}, {20U, "50"}, {30U, "50"}, {50U, "50"}, {200U, "200"}, {1000U, "1000"}}) {
    subscribe({want(level, BGW_MODE_DEPTH, "linear:X" + std::to_string(level), level)});
    EXPECT_THAT(sent(), ElementsAre(HasSubstr("orderbook." + std::string(depth) + ".X" + std::to_string(level))));
  }
  subscribe({want(7, BGW_MODE_DEPTH, "linear:Y", 2000)});
  EXPECT_THAT(host.refusals, ElementsAre(StartsWith("7: Bybit has books of at most 1000 levels")));
}

TEST_F(Adapter, SpotTakesTenTopicsARequest) {
  std::vector<bgw_subscription> wanted;
  for (std::uint32_t i = 0; i < 6; ++i) wanted.push_back(want(i, BGW_MODE_LTP, "spot:S" + std::to_string(i)));
  subscribe(wanted);
  ASSERT_EQ(host.messages.size(), 2U);
  EXPECT_EQ(nlohmann::json::parse(host.messages[0].data)["args"].size(), 10U);
  EXPECT_EQ(nlohmann::json::parse(host.messages[1].data)["args"].size(), 2U);
}

TEST_F(Adapter, ATokenOfAnotherFormIsRefused) {
  subscribe({want(1, BGW_MODE_LTP, "BTCUSDT"), want(2, BGW_MODE_LTP, "inverse:BTCUSD"),
             want(3, BGW_MODE_LTP, "linear:A\"],\"op\":\"x"), want(4, BGW_MODE_LTP, "linear:")});
  EXPECT_EQ(host.refusals.size(), 4U);
  EXPECT_THAT(host.refusals[0], HasSubstr("'BTCUSDT', expected one like linear:BTCUSDT"));
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(Adapter, TradesGiveLastPriceQuantityAndTime) {
  subscribe({want(1, BGW_MODE_LTP, "linear:A")});
  EXPECT_EQ(frame(trade_frame("A", "65114.20", "0.004", 1786310819)), "0");
  ASSERT_EQ(host.published.size(), 1U);
  const bgw_tick& tick = host.published[0].tick;
  EXPECT_EQ(tick.instrument, 1U);
  EXPECT_EQ(tick.modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(tick.present, BGW_HAS_LTP | BGW_HAS_LAST_QUANTITY | BGW_HAS_LAST_TRADE_TIME | BGW_HAS_EXCHANGE_TIME);
  EXPECT_EQ(tick.ltp, 6511420);
  EXPECT_EQ(tick.last_quantity, 4);
  EXPECT_EQ(tick.last_trade_time_ns, 1786310819 * kMillisecond);
  EXPECT_EQ(tick.exchange_time_ns, 1786310819 * kMillisecond);
}

TEST_F(Adapter, TheSameSymbolInBothCategoriesIsTwoInstruments) {
  subscribe({want(1, BGW_MODE_LTP, "linear:A"), want(2, BGW_MODE_LTP, "spot:A")});
  frame(trade_frame("A", "1", "1", 5), kSpotSocket);
  frame(trade_frame("A", "2", "1", 5), kLinearSocket);
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_EQ(host.published[0].tick.instrument, 2U);
  EXPECT_EQ(host.published[1].tick.instrument, 1U);
}

TEST_F(Adapter, ABookIsPublishedWithTheBestLevelsAndTheEnginesTime) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 1), want(2, BGW_MODE_DEPTH, "linear:B", 5)});
  frame(book_frame("B", 50, true, 7, R"(["10.00","1"],["9.90","2"])", R"(["10.10","0.5"])"));
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.published[0].tick.instrument, 2U);
  EXPECT_EQ(host.published[0].tick.modes, unsigned{BGW_MODE_DEPTH});
  EXPECT_EQ(host.published[0].tick.present, BGW_HAS_EXCHANGE_TIME);
  EXPECT_EQ(host.published[0].tick.exchange_time_ns, 1000 * kMillisecond);
  EXPECT_EQ(host.published[0].book_time_ns, 1000 * kMillisecond);
  EXPECT_EQ(last_book(), "1000:1000 990:2000 | 1010:500");
  frame(book_frame("B", 50, false, 8, R"(["10.00","0"])", ""));
  EXPECT_EQ(last_book(), "990:2000 | 1010:500");
  for (int i = 0; i < 2; ++i) frame(book_frame("A", 1, true, 7, R"(["10.00","1"])", R"(["10.10","0.5"])"));
  EXPECT_EQ(last_book(), "1000:1000 | 1010:500") << "depth 1 repeats its snapshot";
}

TEST_F(Adapter, ASuspectBookIsAskedForAnewOnceAndIsSilentUntilItsSnapshot) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 50)});
  frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""));
  sent();
  host.published.clear();
  frame(book_frame("A", 50, false, 9, R"(["9.00","1"])", ""));
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe orderbook.50.A", "1 subscribe orderbook.50.A"));
  EXPECT_THAT(host.logs,
              ElementsAre("the book orderbook.50.A of linear is asked for anew: found update 9, expected 8"));
  for (int i = 10; i < 15; ++i) frame(book_frame("A", 50, false, i, "", ""));
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_THAT(host.published, IsEmpty());
  frame(book_frame("A", 50, true, 20, R"(["8.00","1"])", ""));
  EXPECT_EQ(last_book(), "800:1000 |");
  frame(book_frame("A", 50, false, 21, R"(["8.00","2"])", ""));
  EXPECT_EQ(last_book(), "800:2000 |");
}

TEST_F(Adapter, AFirstSnapshotThatCannotBeReadIsToldAndAskedForAnew) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 200)});
  sent();
  EXPECT_THAT(frame(book_frame("A", 200, true, 5, R"(["abc","1"])", R"(["2","1"])")), HasSubstr("no decimal"));
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe orderbook.200.A", "1 subscribe orderbook.200.A"));
  ASSERT_EQ(host.suspected.size(), 1U);
  EXPECT_EQ(host.suspected[0].instrument, 1U);
  EXPECT_EQ(host.suspected[0].modes, unsigned{BGW_MODE_DEPTH});
  EXPECT_EQ(host.suspected[0].text, "the book has not come: found a price or size that is no decimal, expected one");
  frame(book_frame("A", 200, false, 6, R"(["1","1"])", ""));
  frame(book_frame("A", 200, true, 7, R"(["abc","1"])", ""));
  EXPECT_THAT(sent(), IsEmpty()) << "at its pace";
  host.mono_ns += 10 * kSecond;
  frame(book_frame("A", 200, false, 8, R"(["1","1"])", ""));
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe orderbook.200.A", "1 subscribe orderbook.200.A"));
  frame(book_frame("A", 200, true, 9, R"(["1","1"])", ""));
  EXPECT_EQ(last_book(), "100:1000 |");
}

TEST_F(Adapter, ABookFrameThatIsRefusedMakesItsBookSuspectAtOnce) {
  for (const char* bad : {R"({"topic":"orderbook.50.A","type":"delta","ts":1,"data":{"s":"A","b":5}})",
                          R"({"topic":"orderbook.50.A","type":"delta","ts":1,"data":{"s":"B","b":[],"a":[],"u":8}})",
                          R"({"topic":"orderbook.50.A","type":"other","ts":1,"data":{"s":"A","b":[],"a":[],"u":8}})",
                          R"({"topic":"orderbook.50.A","type":"delta","ts":1})"}) {
    subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 50)});
    frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""));
    sent();
    host.suspected.clear();
    EXPECT_THAT(frame(bad), StartsWith("-1 a frame of linear for A: found")) << bad;
    EXPECT_THAT(sent(), ElementsAre("1 unsubscribe orderbook.50.A", "1 subscribe orderbook.50.A")) << bad;
    ASSERT_EQ(host.suspected.size(), 1U) << bad;
    EXPECT_THAT(host.suspected[0].text, StartsWith("the book has a gap: found")) << bad;
    unsubscribe({1});
  }
}

TEST_F(Adapter, WhileAnEarlierBookGoesOnABadFirstSnapshotOfAnotherDepthMakesNothingSuspect) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 50)});
  frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""));
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 200)});
  sent();
  frame(book_frame("A", 200, true, 5, R"(["abc","1"])", ""));
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe orderbook.200.A", "1 subscribe orderbook.200.A"));
  EXPECT_THAT(host.suspected, IsEmpty());
}

TEST_F(Adapter, ValuesThatDoNotFitAreLeftOutAndCounted) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 50)});
  frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""));
  frame(book_frame("A", 50, false, 8, R"(["10.001","1"])", R"(["11.00","0.0001"])"));
  EXPECT_EQ(host.dropped[BGW_DROP_SCALE], 2U);
  EXPECT_EQ(host.published.size(), 1U);
  frame(trade_frame("A", "10.001", "1", 5));
  EXPECT_EQ(host.dropped[BGW_DROP_SCALE], 3U);
  EXPECT_EQ(host.published.size(), 1U) << "a trade without its price says nothing";
  frame(ticker_frame("A", R"("highPrice24h":"1.001","lowPrice24h":"1.00")"));
  EXPECT_EQ(host.dropped[BGW_DROP_SCALE], 4U);
  EXPECT_EQ(host.published.back().tick.present, BGW_HAS_EXCHANGE_TIME | BGW_HAS_LOW);
}

TEST_F(Adapter, AnswersConfirmTheStreamsWhoseTopicsHaveAllBeenTaken) {
  subscribe(
      {want(1, BGW_MODE_DEPTH, "spot:A", 20), want(2, BGW_MODE_LTP, "linear:B"), want(3, BGW_MODE_QUOTE, "linear:C")});
  answer("1");
  EXPECT_THAT(streams(host.confirmed), UnorderedElementsAre("2 1 0", "3 1 0", "3 2 0"));
  host.confirmed.clear();
  answer("1", true, "", kSpotSocket);
  EXPECT_THAT(streams(host.confirmed), UnorderedElementsAre("1 1 0", "1 2 0", "1 4 20"));
}

TEST_F(Adapter, ARefusalReachesTheStreamsThatNeedItsTopic) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 20), want(2, BGW_MODE_QUOTE, "linear:BAD"),
             want(3, BGW_MODE_LTP, "linear:C")});
  sent();
  answer("1", false, "error:handler not found,topic:orderbook.50.A");
  EXPECT_THAT(streams(host.refused), ElementsAre("1 4 5", "1 4 20", "1 4 30", "1 4 50"))
      << "each level that the topic would serve, the lowest first";
  EXPECT_THAT(host.refusals, Each("1: Bybit refuses orderbook.50.A: error:handler not found,topic:orderbook.50.A"));
  EXPECT_THAT(sent(), ElementsAre("1 subscribe tickers.A,publicTrade.A,tickers.BAD,publicTrade.BAD,tickers.C,"
                                  "publicTrade.C"));
  host.refused.clear();
  answer(last_request, false, "error:handler not found,topic:publicTrade.BAD");
  EXPECT_THAT(streams(host.refused), ElementsAre("2 1 0", "2 2 0"));
  sent();
  answer(last_request);
  EXPECT_THAT(streams(host.confirmed), UnorderedElementsAre("1 1 0", "1 2 0", "3 1 0"));
}

TEST_F(Adapter, WhenTheBookOfAnotherDepthIsRefusedTheEarlierOneGoesOn) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 20)});
  frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""));
  answer("1");
  sent();
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 200)});
  EXPECT_THAT(sent(), ElementsAre("1 subscribe orderbook.200.A"));
  frame(book_frame("A", 50, false, 8, R"(["10.00","2"])", ""));
  EXPECT_EQ(last_book(), "1000:2000 |") << "until the new one lives";
  answer("2", false, "no");
  EXPECT_THAT(streams(host.refused), ElementsAre("1 4 200"));
  frame(book_frame("A", 50, false, 9, R"(["10.00","3"])", ""));
  EXPECT_EQ(last_book(), "1000:3000 |");
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(Adapter, TheBookOfAnotherDepthTakesOverWithItsSnapshot) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 20)});
  frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""));
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 200)});
  sent();
  frame(book_frame("A", 200, true, 70, R"(["10.00","5"])", ""));
  EXPECT_EQ(last_book(), "1000:5000 |");
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe orderbook.50.A"));
  const std::size_t before = host.published.size();
  frame(book_frame("A", 50, false, 8, R"(["10.00","2"])", ""));
  EXPECT_EQ(host.published.size(), before);
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1U);
}

TEST_F(Adapter, AnotherLevelOfTheSameBookIsThereAtOnce) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  frame(book_frame("A", 50, true, 7, R"(["9","1"],["8","1"],["7","1"],["6","1"],["5","1"],["4","1"])", ""));
  EXPECT_EQ(host.published.back().bids.size(), 5U);
  sent();
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 20)});
  EXPECT_EQ(host.published.back().bids.size(), 6U);
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(Adapter, APoorerModeGivesTheBookUp) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  sent();
  subscribe({want(1, BGW_MODE_LTP, "linear:A")});
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe orderbook.50.A"));
}

TEST_F(Adapter, ARicherModeAsksForTheTickerAnewWhichBringsAllValues) {
  subscribe({want(1, BGW_MODE_LTP, "linear:A")});
  sent();
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 50)});
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe tickers.A", "1 subscribe tickers.A,orderbook.50.A"));
}

TEST_F(Adapter, TheSameOnceMoreAsksTheBrokerAgain) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  sent();
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe tickers.A,publicTrade.A,orderbook.50.A",
                                  "1 subscribe tickers.A,publicTrade.A,orderbook.50.A"));
}

TEST_F(Adapter, UnsubscribesWhatItHolds) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  sent();
  unsubscribe({1, 77});
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe tickers.A,publicTrade.A,orderbook.50.A"));
  frame(trade_frame("A", "1", "1", 5));
  frame(ticker_frame("A", ""));
  frame(book_frame("A", 50, true, 7, "", ""));
  EXPECT_THAT(host.published, IsEmpty());
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 3U);
}

TEST_F(Adapter, AnotherTokenForAnInstrumentReplacesTheOldOne) {
  subscribe({want(1, BGW_MODE_LTP, "linear:A")});
  sent();
  subscribe({want(1, BGW_MODE_LTP, "spot:A")});
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe tickers.A,publicTrade.A", "2 subscribe tickers.A,publicTrade.A"));
}

TEST_F(Adapter, TwoInstrumentsMayExchangeTheirTokensInOneRequest) {
  subscribe({want(1, BGW_MODE_LTP, "linear:A"), want(2, BGW_MODE_LTP, "linear:B")});
  subscribe({want(1, BGW_MODE_LTP, "linear:B"), want(2, BGW_MODE_LTP, "linear:A")});
  frame(trade_frame("A", "1", "1", 5));
  frame(trade_frame("B", "2", "1", 5));
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_EQ(host.published[0].tick.instrument, 2U);
  EXPECT_EQ(host.published[1].tick.instrument, 1U);
}

TEST_F(Adapter, OtherExponentsBeginTheInstrumentAnew) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""));
  sent();
  auto other = want(1, BGW_MODE_DEPTH, "linear:A", 5);
  other.price_exponent = -3;
  subscribe({other});
  EXPECT_THAT(sent(), ElementsAre("1 unsubscribe tickers.A,publicTrade.A,orderbook.50.A",
                                  "1 subscribe tickers.A,publicTrade.A,orderbook.50.A"));
  frame(book_frame("A", 50, true, 9, R"(["10.001","1"])", ""));
  EXPECT_EQ(last_book(), "10001:1000 |");
}

TEST_F(Adapter, BadFramesAreRefusedWithTheirReason) {
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  EXPECT_THAT(frame("not json"), StartsWith("-1 a frame of linear: found no valid JSON"));
  EXPECT_THAT(frame(R"({"topic":"orderbook.50.A","type":"delta","ts":1,"data":{}})"),
              StartsWith("-1 a frame of linear for A: found a book of another form"));
  EXPECT_THAT(frame(R"({"topic":"tickers.A","type":"delta","ts":1,"data":{"symbol":"B"}})"),
              HasSubstr("another symbol"));
  EXPECT_THAT(frame(book_frame("A", 50, true, 7, R"(["x","1"])", "")), HasSubstr("no decimal"));
  EXPECT_THROW(adapter.on_frame(1, BGW_OPCODE_BINARY, {}), bgw::Error);
  EXPECT_EQ(frame(R"({"topic":"kline.1.A","type":"snapshot","ts":1,"data":[]})"), "0");
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1U);
  EXPECT_THAT(host.published, IsEmpty());
}

}  // namespace
}  // namespace bybit
