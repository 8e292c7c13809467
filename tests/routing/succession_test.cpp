// A broker's next link: what it is told, what is made of what it brings, and that clients hear nothing of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Succession : public RouterTest {
 protected:
  void SetUp() override {
    RouterTest::SetUp();
    subscribe(1, "INFY", kLtp);
    subscribe(1, "TCS", kLtp);
    asked();
    adapter_.tick(0, kLtpPacket, 10);
    got();
  }
  void begin() {
    router_.succession().begin(angel_, {"angel", "angel", angel_capabilities(), &next_.channel, "", {}, false});
  }
  void get_ready() {
    begin();
    next_.asked();
    next_.link(bus::LinkState::connected);
    next_.tick(0, kLtpPacket, 11);
    next_.tick(1, kLtpPacket, 21);
    got();
  }
  upstream::Succession::Standing standing() { return *router_.succession().standing(angel_); }
  std::vector<std::string> asked_of_next() {
    router_.flush_demand();
    return next_.asked();
  }

  FakeAdapter next_;
};

TEST_F(Succession, TheNextLinkIsToldWhatIsDemanded) {
  begin();
  EXPECT_THAT(next_.asked(), UnorderedElementsAre("0 INFY.NSE mode 1 token 1", "1 TCS.NSE mode 1 token 2"));
  EXPECT_THAT(asked(), IsEmpty()) << "of the present one";
  EXPECT_TRUE(standing().has_been_told_all);
  EXPECT_EQ(standing().unanswered, 2U);
}

TEST_F(Succession, ItIsToldMoreThanItsRingHoldsBitByBit) {
  FakeAdapter narrow(1 << 7);
  router_.succession().begin(angel_, {"angel", "angel", angel_capabilities(), &narrow.channel, "", {}, false});
  EXPECT_FALSE(standing().has_been_told_all);
  EXPECT_THAT(narrow.asked(), testing::SizeIs(1));
  got();
  EXPECT_THAT(narrow.asked(), testing::SizeIs(1));
  EXPECT_TRUE(standing().has_been_told_all);
  router_.succession().drop(angel_);
}

TEST_F(Succession, NothingThatItBringsReachesAClientBeforeItHasTakenOver) {
  begin();
  next_.link(bus::LinkState::connected);
  next_.tick(0, kLtpPacket, 11);
  adapter_.tick(0, kLtpPacket, 12);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #2 ltp 12"));
  EXPECT_EQ(standing().state, bus::LinkState::connected);
  EXPECT_EQ(standing().unanswered, 1U);
  EXPECT_EQ(standing().updates, 1U);
}

TEST_F(Succession, WhenItTakesOverTheSequenceGoesOnAndNobodyIsTold) {
  get_ready();
  port_.changes.clear();
  router_.succession().hold(angel_);
  adapter_.tick(0, kLtpPacket, 12);  // was under way
  next_.tick(0, kLtpPacket, 13);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #2 ltp 12"));
  router_.take_over(angel_);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #3 ltp 13"));
  EXPECT_EQ(router_.brokers()[angel_].state(), bus::LinkState::connected);
  EXPECT_THAT(port_.subscriptions, IsEmpty());
  EXPECT_THAT(port_.switches, IsEmpty());
  EXPECT_THAT(port_.changes, IsEmpty());
  adapter_.tick(0, kLtpPacket, 99);
  EXPECT_THAT(got(), IsEmpty()) << "of the one before";
}

// Its bell was rung while its records had to wait, and it rings no more before it is answered.
TEST_F(Succession, WhatHadToWaitIsTakenAtOnce) {
  get_ready();
  router_.succession().hold(angel_);
  next_.tick(0, kLtpPacket, 12);
  got();
  router_.take_over(angel_);
  EXPECT_THAT(port_.take(), ElementsAre("1: INFY.NSE 1 #2 ltp 12"));
  EXPECT_TRUE(next_.channel.updates().empty());
}

TEST_F(Succession, WhatChangedMeanwhileFollows) {
  get_ready();
  unsubscribe(1, "INFY", kLtp);
  subscribe(1, "SBIN", kLtp);
  EXPECT_THAT(asked(), UnorderedElementsAre("0 INFY.NSE none", "2 SBIN.NSE mode 1 token 3"));
  adapter_.released(0);
  got();
  subscribe(1, "INFY", kLtp, "BSE");
  EXPECT_THAT(asked(), ElementsAre("3 INFY.BSE mode 1 token 4")) << "the next link has handle 0 still";
  router_.take_over(angel_);
  EXPECT_THAT(asked_of_next(),
              UnorderedElementsAre("0 INFY.NSE none", "1 TCS.NSE mode 1 token 2 described: kind 0, lots of 0",
                                   "2 SBIN.NSE mode 1 token 3", "3 INFY.BSE mode 1 token 4"));
  next_.released(0);
  got();
  subscribe(1, "NIFTY", kLtp, "NSE_INDEX");
  EXPECT_THAT(asked_of_next(), ElementsAre("0 NIFTY.NSE_INDEX mode 1 token 5"));
}

TEST_F(Succession, OneThatIsDroppedLeavesNothing) {
  get_ready();
  unsubscribe(1, "INFY", kLtp);
  asked();
  adapter_.released(0);
  got();
  router_.succession().drop(angel_);
  EXPECT_FALSE(router_.succession().standing(angel_));
  subscribe(1, "SBIN", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 SBIN.NSE mode 1 token 3")) << "the handle is free again";
  adapter_.tick(1, kLtpPacket, 30);
  EXPECT_THAT(got(), ElementsAre("1: TCS.NSE 1 #1 ltp 30"));
}

TEST_F(Succession, ItTakesOverFromOneThatDiedMeanwhile) {
  get_ready();
  router_.detach_broker(angel_, "its process ended");
  router_.take_over(angel_);
  EXPECT_EQ(router_.brokers()[angel_].state(), bus::LinkState::connected);
  EXPECT_THAT(asked_of_next(), UnorderedElementsAre("0 INFY.NSE mode 1 token 1 described: kind 0, lots of 0",
                                                    "1 TCS.NSE mode 1 token 2 described: kind 0, lots of 0"));
  next_.tick(0, kLtpPacket, 14);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #2 ltp 14"));
}

}  // namespace
}  // namespace gw::routing
