#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class IndexSwap : public RouterTest {};

TEST_F(IndexSwap, TheSameRowsAskTheBrokerNothing) {
  subscribe(1, "INFY", kLtp);
  asked();
  router_.set_index("angel", index_of({{"INFY", "NSE", "1"}}));
  EXPECT_THAT(asked(), IsEmpty());
}

// A list in which INFY is a share of these lots, with or without a future.
std::shared_ptr<const instruments::Index> list_of_infy(std::int64_t lot_size, bool has_future,
                                                       std::string_view broker_symbol = "theirs",
                                                       std::string_view symbol = "INFY") {
  instruments::Index::Builder builder(3);
  instruments::InstrumentView share;
  share.symbol = symbol;
  share.name = "INFOSYS";
  share.exchange = "NSE";
  share.broker_symbol = broker_symbol;
  share.broker_exchange = "THERE";
  share.token = "1";
  share.instrument_type = "EQ";
  share.lot_size = lot_size;
  builder.add(share);
  instruments::InstrumentView future;
  future.symbol = "INFY26DEC26FUT";
  future.name = "INFY";
  future.exchange = "NFO";
  future.token = "9";
  future.instrument_type = "FUT";
  if (has_future) builder.add(future);
  return std::make_shared<const instruments::Index>(std::move(builder).build());
}

TEST_F(IndexSwap, AShareThatHasDerivativesSinceTodayIsDescribedAnewAndAsksTheBrokerNothing) {
  router_.set_index("angel", list_of_infy(1, false));
  subscribe(1, "INFY", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  router_.set_index("angel", list_of_infy(1, true));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1 described: kind 1, lots of 1"));
  router_.set_index("angel", list_of_infy(1, true));
  EXPECT_THAT(asked(), IsEmpty()) << "it is known by now";
  router_.set_index("angel", list_of_infy(1, false));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1 described: kind 0, lots of 1"));
  adapter_.tick(0, kLtpPacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 5")) << "its subscription went on";
}

TEST_F(IndexSwap, AnotherLotSizeOrBrokersNameIsDescribedAnew) {
  router_.set_index("angel", list_of_infy(1, false));
  subscribe(1, "INFY", kLtp);
  asked();
  router_.set_index("angel", list_of_infy(75, false));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1 described: kind 0, lots of 75"));
  router_.set_index("angel", list_of_infy(75, false, "new name"));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1 described: kind 0, lots of 75"));
  EXPECT_EQ(adapter_.names, "new name@THERE");
}

TEST_F(IndexSwap, WhatIsAskedForAnywayIsDescribedByThat) {
  router_.set_index("angel", list_of_infy(1, false));
  subscribe(1, "INFY", kLtp);
  asked();
  subscribe(1, "INFY", kQuote);
  router_.set_index("angel", list_of_infy(75, true));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(IndexSwap, ATokenIsCalledByTheNameThatIsLeftOfTwo) {
  router_.set_index("angel", index_of({{"INFY", "NSE", "1"}, {"INFY", "BSE", "1"}}));
  subscribe(1, "INFY", kLtp, "NSE");
  subscribe(1, "INFY", kLtp, "BSE");
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  router_.set_index("angel", index_of({{"INFY", "BSE", "1"}}));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.BSE mode 1 token 1 described: kind 0, lots of 0"));
  EXPECT_EQ(router_.brokers()[angel_].routes()[0].market, 1U) << "BSE's feed says how it is";
  EXPECT_THAT(port_.ends, ElementsAre("1: INFY.NSE 1"));
}

TEST_F(IndexSwap, ANewTokenIsAskedForUnderAHandleOfItsOwn) {
  subscribe(1, "INFY", kLtp);
  asked();
  router_.set_index("angel", index_of({{"INFY", "NSE", "101"}}));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none", "1 INFY.NSE mode 1 token 101"));
  adapter_.tick(0, kLtpPacket, 4);  // of the old token
  adapter_.tick(1, kLtpPacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 5"));
}

TEST_F(IndexSwap, AnInstrumentThatIsGoneStaysSubscribed) {
  const Outcome held = subscribe(1, "INFY", kLtp);
  asked();
  router_.set_index("angel", index_of({{"TCS", "NSE", "2"}}));
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_TRUE(router_.clients().holds(1, held.topic));
  adapter_.tick(0, kLtpPacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 5"));
}

TEST_F(IndexSwap, AnInstrumentThatIsGoneIsStillAskedForByAllItsNames) {
  subscribe(1, "INFY", kLtp);
  asked();
  router_.set_index("angel", index_of({{"TCS", "NSE", "2"}}));
  subscribe(2, "INFY", depth(20));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/20 token 1"));
  EXPECT_EQ(adapter_.names, "theirs@THERE");
}

TEST_F(IndexSwap, BetweenARequestAndItsDemandLosesNothing) {
  subscribe(1, "INFY", kLtp);
  router_.set_index("angel", index_of({{"TCS", "NSE", "2"}}));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  EXPECT_EQ(adapter_.names, "theirs@THERE");
}

TEST_F(IndexSwap, NewInstrumentsCanBeHadOldOnesNobodyHoldsCannot) {
  router_.set_index("angel", index_of({{"WIPRO", "NSE", "9"}}));
  EXPECT_EQ(subscribe(1, "INFY", kLtp).code, Code::symbol_not_found);
  EXPECT_EQ(subscribe(1, "WIPRO", kLtp).code, Code::ok);
}

TEST_F(IndexSwap, OfOnePluginLeavesOthersAlone) {
  FakeAdapter other;
  router_.add_broker({"zerodha", "zerodha", angel_capabilities(), &other.channel, "", {}, false});
  router_.set_index("zerodha", index_of({{"WIPRO", "NSE", "9"}}));
  EXPECT_EQ(subscribe(1, "WIPRO", kLtp).code, Code::symbol_not_found);
  EXPECT_EQ(subscribe(1, "INFY", kLtp).code, Code::ok);
}

TEST_F(IndexSwap, BeforeAnyListThereIsNoSymbol) {
  FakeAdapter other;
  const BrokerId bare = router_.add_broker({"zerodha", "zerodha", angel_capabilities(), &other.channel, "", {}, false});
  router_.open(4, router_.group_for("bare", {bare}), Variant::plain, false, 10);
  EXPECT_EQ(subscribe(4, "INFY", kLtp).code, Code::symbol_not_found);
}

}  // namespace
}  // namespace gw::routing
