// Brokers that serve one after the other: who switches when, what clients keep and what they are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/broker_group_fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(BrokerGroupTest, ALostBrokersInstrumentsMoveInTheSameTurn) {
  subscribe(5, "INFY", kQuote);
  subscribe(6, "INFY", depth(20));
  EXPECT_THAT(demand(adapter_), ElementsAre("INFY.NSE mode 4/20 token 1"));
  const std::string epoch = router_.group(group_).epoch;
  lose(adapter_);
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_THAT(port_.switches, ElementsAre(HasSubstr("broker angel is reconnecting")));
  EXPECT_NE(router_.group(group_).epoch, epoch);
  EXPECT_THAT(adapter_.asked(), ElementsAre("0 INFY.NSE none"));
  EXPECT_THAT(second_.asked(), ElementsAre("0 INFY.NSE mode 4/5 token z1"));
  second_.book(0, 7, 5, 5);
  EXPECT_THAT(got(), ElementsAre("5: INFY.NSE 2 extras #1 ltp 7", "6: INFY.NSE 4/20 as 5 #1 ltp 7 5x5"));
}

TEST_F(BrokerGroupTest, SequencesGoOnWhereTheyWere) {
  subscribe(5, "INFY", kLtp);
  drain();
  adapter_.tick(0, kLtpPacket, 1);
  adapter_.tick(0, kLtpPacket, 2);
  got();
  lose(adapter_);
  second_.tick(0, kLtpPacket, 3);
  EXPECT_THAT(got(), ElementsAre("5: INFY.NSE 1 extras #3 ltp 3"));
  adapter_.tick(0, kLtpPacket, 4);
  EXPECT_THAT(got(), IsEmpty()) << "what was under way from the one before";
}

TEST_F(BrokerGroupTest, OtherUsersOfTheSameBrokersAreLeftAlone) {
  router_.open(7, router_.group_for("zerodha,", {zerodha_}), Variant::plain, false, 10);
  subscribe(7, "INFY", kLtp);
  subscribe(1, "INFY", kLtp);
  subscribe(6, "INFY", kLtp);
  lose(adapter_);
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_EQ(port_.switches.size(), 1U) << "a list of one has nowhere to go";
  second_.tick(0, kLtpPacket, 9);
  EXPECT_THAT(got(), ElementsAre("6: INFY.NSE 1 #1 ltp 9", "7: INFY.NSE 1 #1 ltp 9"));
}

TEST_F(BrokerGroupTest, NobodyMovesToABrokerThatDoesNotServeEither) {
  lose(second_);
  subscribe(6, "INFY", kLtp);
  lose(adapter_);
  EXPECT_EQ(serving(), "angel");
  recover(second_);
  EXPECT_EQ(serving(), "zerodha") << "as soon as it does";
}

TEST_F(BrokerGroupTest, ItComesBackAfterAQuietMinuteWhenItHasShownThatItTicks) {
  subscribe(6, "INFY", kLtp);
  lose(adapter_);
  recover(adapter_);
  pass(kMinute - 1);
  EXPECT_EQ(serving(), "zerodha");
  demand(adapter_);
  pass(1);
  EXPECT_THAT(demand(adapter_), ElementsAre("INFY.NSE mode 1 token 1")) << "it stands by";
  pass(kMinute);
  EXPECT_EQ(serving(), "zerodha");
  adapter_.tick(0, kLtpPacket, 8);
  drain();
  EXPECT_THAT(port_.take(), IsEmpty());
  demand(second_);
  pass(1);
  EXPECT_EQ(serving(), "angel");
  EXPECT_THAT(port_.switches.back(), HasSubstr("broker angel serves again"));
  EXPECT_THAT(port_.take(), ElementsAre("6: INFY.NSE 1 #1 ltp 8"));
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE none"));
}

TEST_F(BrokerGroupTest, AMuteOneThatStoodByIsLetGoAgain) {
  subscribe(6, "INFY", kLtp);
  lose(adapter_);
  recover(adapter_);
  pass(kMinute);
  demand(adapter_);
  go_silent(adapter_);
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_THAT(demand(adapter_), ElementsAre("INFY.NSE none"));
  EXPECT_EQ(port_.switches.size(), 1U);
}

TEST_F(BrokerGroupTest, AMinuteThatWasNotQuietBeginsAnew) {
  lose(adapter_);
  recover(adapter_);
  pass(kMinute - 1);
  lose(adapter_);
  recover(adapter_);
  pass(kMinute - 1);
  EXPECT_EQ(serving(), "zerodha");
}

TEST_F(BrokerGroupTest, AReturnThatDidNotLastMakesTheNextOneWaitLonger) {
  lose(adapter_);
  recover(adapter_);
  pass(kMinute);
  ASSERT_EQ(serving(), "angel");
  pass(kMinute / 2);
  lose(adapter_);
  recover(adapter_);
  pass(kMinute);
  EXPECT_EQ(serving(), "zerodha");
  pass(kMinute);
  EXPECT_EQ(serving(), "angel");
}

TEST_F(BrokerGroupTest, ABrokerIsPassedOverWhileItNeedsALogin) {
  adapter_.link(bus::LinkState::auth_expired, "token expired");
  drain();
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_THAT(port_.switches, ElementsAre(HasSubstr("broker angel is auth_expired")));
}

TEST_F(BrokerGroupTest, AModeThatTheNewBrokerLacksIsSaidToo) {
  bgw_capability only_ltp{"NSE", 1, BGW_FEED_SNAPSHOT, 0, {}, 0};
  router_.attach_broker(
      zerodha_, {"zerodha", "zerodha", registry::Capabilities({&only_ltp, 1}), &second_.channel, "", {}, false});
  recover(second_);
  subscribe(5, "INFY", kLtp);
  subscribe(5, "INFY", depth(5));
  lose(adapter_);
  EXPECT_THAT(port_.refusals, ElementsAre("5: INFY.NSE 4/5 as 5: broker zerodha has no depth for NSE"));
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE mode 1 token z1"));
}

TEST_F(BrokerGroupTest, TheSameOrderAgainMovesNobody) {
  adapter_.link(bus::LinkState::auth_expired, "token expired");
  drain();
  ASSERT_EQ(serving(), "zerodha");
  // Its settings were edited.
  router_.attach_broker(angel_, {"angel", "angel", angel_capabilities(), &adapter_.channel, "", {}, false});
  router_.set_order(group_, {angel_, zerodha_});
  EXPECT_EQ(serving(), "zerodha") << "angel is not connected yet";
  EXPECT_EQ(port_.switches.size(), 1U);
}

TEST_F(BrokerGroupTest, AnEditedOrderCountsAtOnce) {
  subscribe(6, "INFY", kLtp);
  router_.set_order(group_, {zerodha_, angel_});
  EXPECT_EQ(serving(), "zerodha");
  router_.set_order(group_, {zerodha_});
  EXPECT_EQ(port_.switches.size(), 1U) << "nothing changed for anybody";
  lose(second_);
  router_.set_order(group_, {zerodha_, angel_});
  EXPECT_EQ(serving(), "angel") << "the first cannot serve";
}

TEST_F(BrokerGroupTest, ABrokerThatIsTakenAwayHandsOverAndComesBackWithAllThatIsWanted) {
  subscribe(1, "TCS", kLtp);
  subscribe(6, "INFY", kLtp);
  router_.detach_broker(angel_, "being changed");
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_EQ(subscribe(1, "SBIN", kLtp).code, Code::broker_unavailable);
  FakeAdapter again;
  router_.attach_broker(angel_, {"angel", "angel", angel_capabilities(), &again.channel, "", {}, false});
  EXPECT_THAT(demand(again), ElementsAre("TCS.NSE mode 1 token 2")) << "of those that have no other broker";
}

TEST_F(BrokerGroupTest, AUserMovesToOtherBrokersWithAllThatIsHeld) {
  subscribe(5, "INFY", depth(20));
  subscribe(5, "SBIN", kLtp);
  demand(adapter_);
  router_.move(5, router_.group_for("zerodha,", {zerodha_}));
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE mode 4/5 token z1"));
  EXPECT_THAT(demand(adapter_), UnorderedElementsAre("INFY.NSE none", "SBIN.NSE none"));
  EXPECT_THAT(port_.refusals, ElementsAre("5: SBIN.NSE 1: broker zerodha does not list it"));
  second_.book(0, 4, 5, 5);
  EXPECT_THAT(got(), ElementsAre("5: INFY.NSE 4/20 as 5 extras #1 ltp 4 5x5"));
}

TEST_F(BrokerGroupTest, ThatMovesCountsOnFromWhereItWas) {
  const GroupId other = router_.group_for("zerodha,", {zerodha_});
  subscribe(5, "INFY", kLtp);
  for (int i = 0; i < 12; ++i) adapter_.tick(0, BGW_MODE_LTP, 4);
  got();
  const std::string epoch = router_.group(other).epoch;
  router_.move(5, other);
  demand(second_);
  second_.tick(0, BGW_MODE_LTP, 4);
  EXPECT_THAT(got(), ElementsAre("5: INFY.NSE 1 extras #13 ltp 4"));
  EXPECT_EQ(router_.group(other).epoch, epoch) << "nobody else saw the jump";
  EXPECT_THAT(port_.renumberings, testing::IsEmpty());
  EXPECT_EQ(router_.clients().expected_updates(5), 13U);
}

TEST_F(BrokerGroupTest, ANewcomerWhoCountedFurtherBeginsAnEpochForTheOthers) {
  const GroupId other = router_.group_for("zerodha,", {zerodha_});
  router_.move(6, other);
  subscribe(5, "INFY", kLtp);
  subscribe(6, "INFY", kLtp);
  for (int i = 0; i < 3; ++i) adapter_.tick(0, BGW_MODE_LTP, 4);
  demand(second_);
  second_.tick(0, BGW_MODE_LTP, 5);
  got();
  const std::string epoch = router_.group(other).epoch;
  router_.move(5, other);
  EXPECT_NE(router_.group(other).epoch, epoch);
  EXPECT_THAT(port_.renumberings, ElementsAre(other));
  second_.tick(0, BGW_MODE_LTP, 6);
  EXPECT_THAT(got(), testing::UnorderedElementsAre("5: INFY.NSE 1 extras #4 ltp 6", "6: INFY.NSE 1 #4 ltp 6"));
  EXPECT_EQ(router_.clients().expected_updates(6), 2U) << "a jump is no update";
}

// Of a topic that it holds no more when it moves, a client has seen numbers too.
TEST_F(BrokerGroupTest, WhatWasLeftBeforeAMoveCountsOnToo) {
  const GroupId other = router_.group_for("zerodha,", {zerodha_});
  router_.move(6, other);
  subscribe(5, "INFY", kLtp);
  subscribe(6, "INFY", kLtp);
  for (int i = 0; i < 40; ++i) adapter_.tick(0, BGW_MODE_LTP, 4);
  got();
  router_.unsubscribe(5, "INFY", "NSE", kLtp);
  demand(second_);
  second_.tick(0, BGW_MODE_LTP, 5);
  got();
  router_.move(5, other);
  EXPECT_THAT(port_.renumberings, testing::IsEmpty());
  subscribe(5, "INFY", kLtp);
  EXPECT_THAT(port_.renumberings, ElementsAre(other));
  second_.tick(0, BGW_MODE_LTP, 6);
  EXPECT_THAT(got(), testing::UnorderedElementsAre("5: INFY.NSE 1 extras #41 ltp 6", "6: INFY.NSE 1 #41 ltp 6"));
}

TEST_F(BrokerGroupTest, ThatServesNobodyIsFreed) {
  const auto groups = [this] {
    std::size_t count = 0;
    router_.interests().for_each_group([&](GroupId, const BrokerGroup&) { ++count; });
    return count;
  };
  const std::size_t before = groups();
  for (int i = 0; i < 70'000; ++i) {  // more than there are numbers
    const GroupId other = router_.group_for("list " + std::to_string(i), {zerodha_});
    router_.move(6, other);
    router_.let_go();
    ASSERT_EQ(groups(), before + 1);
  }
  subscribe(6, "INFY", kLtp);
  router_.let_go();
  EXPECT_EQ(groups(), before + 1) << "it is in use";
  router_.close(6, 1000);
  router_.let_go();
  EXPECT_EQ(groups(), before + 1) << "the client may come back";
  monotonic_ += 2000;
  router_.let_go();
  EXPECT_EQ(groups(), before);
  router_.open(6, kDefaultGroup, Variant::extras, false, 10);
}

class HotStandby : public BrokerGroupTest {
 protected:
  void SetUp() override {
    RouterTest::SetUp();
    zerodha_ = router_.add_broker(setup(true));
    router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"TCS", "NSE", "z2"}}));
    second_.link(bus::LinkState::connected);
    make_group();
  }
};

TEST_F(HotStandby, IsSubscribedToTheSameAndHeardByNobody) {
  subscribe(6, "INFY", depth(20));
  EXPECT_THAT(demand(adapter_), ElementsAre("INFY.NSE mode 4/20 token 1"));
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE mode 4/5 token z1"));
  second_.book(0, 5, 5, 5);
  EXPECT_THAT(got(), IsEmpty());
  unsubscribe(6, "INFY", depth(20));
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE none"));
}

TEST_F(HotStandby, WhatItKnowsIsPublishedWithTheSwitchAndNothingIsAskedAnew) {
  subscribe(6, "INFY", kLtp);
  drain();
  forget();
  adapter_.tick(0, kLtpPacket, 1);
  second_.tick(0, kLtpPacket, 2);
  drain();
  forget();
  lose(adapter_);
  EXPECT_THAT(port_.take(), ElementsAre("6: INFY.NSE 1 #2 ltp 2"));
  EXPECT_THAT(demand(second_), IsEmpty());
}

TEST_F(HotStandby, WhatItsOwnListLacksIsSaidWhenItServes) {
  router_.set_expiries({calendar::Calendar{}, 0});
  const Outcome infy = subscribe(5, "INFY", kLtp);
  demand(second_);
  router_.set_index("zerodha", index_of({{"TCS", "NSE", "z2"}}));
  EXPECT_EQ(router_.note(infy.topic), "");
  lose(adapter_);
  EXPECT_EQ(router_.note(infy.topic), "not in list");
  second_.tick(0, kLtpPacket, 3);
  EXPECT_THAT(got(), ElementsAre("5: INFY.NSE 1 extras #1 ltp 3"));
}

TEST_F(HotStandby, TheOneThatWasLeftStandsByNowIfItIsHotAsWell) {
  router_.attach_broker(angel_, {"angel", "angel", angel_capabilities(), &adapter_.channel, "", {}, true});
  recover(adapter_);
  subscribe(6, "INFY", kLtp);
  drain();
  forget();
  go_silent(adapter_);
  monotonic_ += 1;
  second_.tick(0, kLtpPacket, 2);
  drain();
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_THAT(demand(adapter_), IsEmpty()) << "it stays subscribed";
}

// ---- order across logins

class Order : public BrokerGroupTest {
 protected:
  static constexpr std::int64_t kSecond = 1'000'000'000;
  void timed(FakeAdapter& adapter, std::int64_t ltp, std::int64_t time_ns, std::uint32_t session) {
    bgw_tick t{};
    t.modes = BGW_MODE_LTP;
    t.present = BGW_HAS_LTP | (time_ns != 0 ? BGW_HAS_EXCHANGE_TIME : 0);
    t.ltp = ltp;
    t.exchange_time_ns = time_ns;
    adapter.channel.writer().update({&t, nullptr, nullptr, nullptr, 0, 0},
                                    {.received_ns = time_ns == 0 ? kSecond : time_ns, .login = session});
  }
};

TEST_F(Order, WithinOneLoginEverythingPassesAsItComes) {
  subscribe(1, "INFY", kLtp);
  drain();
  for (const std::int64_t time : {20, 20, 19, 25, 3}) timed(adapter_, time, time * kSecond, 1);
  EXPECT_EQ(got().size(), 5U);
  EXPECT_EQ(router_.counts().older, 0U);
}

TEST_F(Order, AnotherLoginsOlderUpdatesAreRefusedUntilItHasCaughtUp) {
  subscribe(1, "INFY", kLtp);
  drain();
  timed(adapter_, 1, 20 * kSecond, 1);
  timed(adapter_, 2, 18 * kSecond, 2);
  timed(adapter_, 3, 19 * kSecond, 2);
  timed(adapter_, 4, 20 * kSecond, 2);
  timed(adapter_, 5, 19 * kSecond, 2);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 1", "1: INFY.NSE 1 #2 ltp 4", "1: INFY.NSE 1 #3 ltp 5"));
  EXPECT_EQ(router_.counts().older, 2U);
}

TEST_F(Order, TimesAreComparedAtTheCoarserResolution) {
  bgw_limits seconds{};
  seconds.size = sizeof seconds;
  seconds.time_resolution_ns = kSecond;
  BrokerSetup coarse = setup(false);
  coarse.limits = registry::Limits(seconds);
  router_.attach_broker(zerodha_, std::move(coarse));
  recover(second_);
  subscribe(6, "INFY", kLtp);
  drain();
  timed(adapter_, 1, 20 * kSecond + 900'000'000, 1);
  drain();
  lose(adapter_);
  timed(second_, 2, 20 * kSecond, 1);
  timed(second_, 3, 19 * kSecond, 2);
  EXPECT_THAT(got(), ElementsAre("6: INFY.NSE 1 #1 ltp 1", "6: INFY.NSE 1 #2 ltp 2"));
}

TEST_F(Order, UpdatesWithoutATimePass) {
  subscribe(1, "INFY", kLtp);
  drain();
  timed(adapter_, 1, 20 * kSecond, 1);
  timed(adapter_, 2, 0, 2);
  EXPECT_EQ(got().size(), 2U);
}

TEST_F(Order, ATimeInTheFutureRefusesNothingLater) {
  subscribe(1, "INFY", kLtp);
  drain();
  std::int64_t arrival = 20;
  for (const std::int64_t ahead : {2, 3000, 900'000}) {
    bgw_tick t{};
    t.modes = BGW_MODE_LTP;
    t.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME;
    t.exchange_time_ns = (arrival + ahead) * kSecond;
    const auto login = static_cast<std::uint32_t>(arrival);
    adapter_.channel.writer().update({&t, nullptr, nullptr, nullptr, 0, 0},
                                     {.received_ns = arrival * kSecond, .login = login});
    timed(adapter_, 2, ++arrival * kSecond, login + 1);
    EXPECT_EQ(got().size(), 2U) << ahead;
  }
  timed(adapter_, 3, (arrival - 1) * kSecond, 99);
  EXPECT_EQ(got().size(), 0U) << "what is older than the last is refused as ever";
}

}  // namespace
}  // namespace gw::routing
