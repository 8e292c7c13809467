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
