// Brokers whose feed is silent: who serves instead, on what evidence, and what is said where nobody ticks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/broker_group_fixture.hpp"
#include "tests/support/seconds.hpp"

namespace gw::routing {
namespace {

using bus::FeedEvidence;
using bus::FeedState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

using support::kSecond;
constexpr std::int64_t kStall = 3 * kSecond;

class Silence : public BrokerGroupTest {
 protected:
  void SetUp() override {
    RouterTest::SetUp();
    zerodha_ = router_.add_broker(with_limit(setup(false)));
    router_.attach_broker(angel_,
                          with_limit({"angel", "angel", angel_capabilities(), &adapter_.channel, "", {}, false}));
    adapter_.link(bus::LinkState::connected);
    router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"TCS", "NSE", "z2"}}));
    second_.link(bus::LinkState::connected);
    make_group();
    subscribe(5, "INFY", kLtp);
    subscribe(5, "TCS", kLtp);
    drain();
    forget();
  }
  static BrokerSetup with_limit(BrokerSetup setup) {
    setup.stall_limit_ns = kStall;
    return setup;
  }
  void tick(FakeAdapter& adapter, std::uint32_t instrument, std::int64_t ltp) {
    monotonic_ += kSecond / 1000;
    adapter.tick(instrument, kLtpPacket, ltp);
    drain();
  }
  void say_silent(FakeAdapter& adapter) { say(adapter, FeedState::quiet, FeedEvidence::expected); }
  bool stands_by() { return router_.group(group_).standby == zerodha_; }
};

TEST_F(Silence, AStaleFeedHasTheNextOneStandByAndNothingMovesBeforeItTicks) {
  tick(adapter_, 0, 1);
  go_silent(adapter_);
  EXPECT_EQ(serving(), "angel");
  EXPECT_THAT(demand(second_), UnorderedElementsAre("INFY.NSE mode 1 token z1", "TCS.NSE mode 1 token z2"));
  second_.snapshot(0, kLtpPacket, 5);
  second_.snapshot(0, kLtpPacket, 6);
  drain();
  pass(kMinute);
  EXPECT_EQ(serving(), "angel") << "snapshots prove nothing";
  tick(second_, 0, 7);
  EXPECT_EQ(serving(), "zerodha") << "in the same turn";
  EXPECT_THAT(port_.switches, ElementsAre(HasSubstr("the feed of NSE is stale: no tick for 7.0 s")));
}

TEST_F(Silence, WhatTheOtherShowedBeforeItWasLostIsNoTickOfItsNewLogin) {
  tick(adapter_, 0, 1);
  say_silent(adapter_);
  EXPECT_TRUE(stands_by());
  tick(second_, 0, 7);
  lose(second_);
  monotonic_ += kSecond;
  recover(second_);
  go_silent(adapter_);
  pass(kSecond);
  EXPECT_EQ(serving(), "angel");
  tick(second_, 0, 8);
  EXPECT_EQ(serving(), "zerodha");
}

TEST_F(Silence, TicksOfAnotherExchangeProveNothingForThisOne) {
  tick(adapter_, 0, 1);
  go_silent(adapter_);
  say(second_, FeedState::live, FeedEvidence::none, "MCX");
  pass(kSecond);
  EXPECT_EQ(serving(), "angel");
}

TEST_F(Silence, AFeedThatComesBackKeepsItsClients) {
  go_silent(adapter_);
  EXPECT_TRUE(stands_by());
  tick(adapter_, 0, 2);
  say(adapter_, FeedState::live, FeedEvidence::none);
  EXPECT_FALSE(stands_by());
  tick(second_, 0, 7);
  EXPECT_EQ(serving(), "angel");
}

TEST_F(Silence, ALoginAnewForTheFeedIsNoLossOfTheLink) {
  go_silent(adapter_);
  adapter_.link(bus::LinkState::reconnecting, "the feed is silent; trying again at once", true);
  drain();
  EXPECT_EQ(serving(), "angel");
  adapter_.link(bus::LinkState::reconnecting, "refused", false);
  drain();
  EXPECT_EQ(serving(), "zerodha") << "and one that fails is";
}

TEST_F(Silence, OneThatIsLeftForSilenceComesBackOnLiveTicksAlone) {
  go_silent(adapter_);
  tick(second_, 0, 7);
  ASSERT_EQ(serving(), "zerodha");
  say(adapter_, FeedState::unknown, FeedEvidence::none);  // nothing is subscribed there any more
  for (int minute = 0; minute < 100; ++minute) {
    pass(kMinute);
    tick(second_, 0, 8 + minute);
    adapter_.snapshot(0, kLtpPacket, 1000 + minute);
    drain();
  }
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_EQ(router_.group(group_).standby, angel_);
  tick(adapter_, 0, 2000);
  pass(1);
  EXPECT_EQ(serving(), "angel");
}

TEST_F(Silence, OneThatTicksOnOneExchangeOnlyDoesNotComeBackForTwo) {
  subscribe(6, "INFY", kLtp, "BSE");
  router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"TCS", "NSE", "z2"}}));
  lose(adapter_);
  recover(adapter_);
  pass(kMinute);
  demand(adapter_);
  tick(second_, 0, 7);
  pass(1);
  EXPECT_EQ(serving(), "zerodha") << "it has shown nothing of NSE, and the one that serves has";
}

TEST_F(Silence, OneThatFallsSilentWhileItStandsByIsAskedEverMoreSeldom) {
  lose(adapter_);
  recover(adapter_);
  std::int64_t wait = kMinute;
  for (int round = 0; round < 5; ++round, wait *= 2) {
    pass(wait - 1);
    EXPECT_EQ(router_.group(group_).standby, std::nullopt) << round;
    pass(1);
    EXPECT_EQ(router_.group(group_).standby, angel_) << round;
    go_silent(adapter_);
    say(adapter_, FeedState::unknown, FeedEvidence::none);
  }
}

TEST_F(Silence, AMuteStandbyMovesNobodyAndTheNextOfThreeIsTried) {
  FakeAdapter third;
  bgw_capability nse{"NSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0};
  const BrokerId acme = router_.add_broker(
      with_limit({"acme", "acme", registry::Capabilities({&nse, 1}), &third.channel, "", {}, false}));
  router_.set_index("acme", index_of({{"INFY", "NSE", "a1"}}));
  third.link(bus::LinkState::connected);
  drain();
  router_.set_order(group_, {angel_, zerodha_, acme});
  drain();
  go_silent(adapter_);
  EXPECT_EQ(router_.group(group_).standby, zerodha_);
  pass(kMinute + 1);
  EXPECT_EQ(router_.group(group_).standby, acme);
  pass(kMinute + 1);
  EXPECT_EQ(router_.group(group_).standby, zerodha_) << "in turn";
}

// ---- another broker's values

class Witnessed : public Silence {
 protected:
  void SetUp() override {
    Silence::SetUp();
    tick(adapter_, 0, 100);
    tick(adapter_, 1, 200);
    say_silent(adapter_);
    EXPECT_TRUE(stands_by());
    tick(second_, 0, 100);
    tick(second_, 1, 200);
    monotonic_ += kStall;
    forget();
  }
  std::size_t proofs() {
    adapter_.asked();
    return adapter_.proofs.size();
  }
};

TEST_F(Witnessed, TwoInstrumentsThatMovedElsewhereAreProofAfterASecond) {
  tick(second_, 0, 101);
  tick(second_, 1, 201);
  EXPECT_EQ(proofs(), 0U);
  pass(kSecond - 1);
  EXPECT_EQ(proofs(), 0U) << "it may be on its way";
  pass(1);
  EXPECT_THAT((proofs(), adapter_.proofs), ElementsAre("NSE"));
}

TEST_F(Witnessed, OneIsProofTheThirdTime) {
  for (const std::int64_t price : {101, 102, 103}) {
    tick(second_, 0, price);
    pass(kSecond);
    EXPECT_EQ(proofs(), price == 103 ? 1U : 0U);
  }
}

TEST_F(Witnessed, WhatTheFirstsModeWouldNotShowIsNone) {
  for (int i = 0; i < 250; ++i) second_.book(0, 100, static_cast<std::uint32_t>(i % 5), 5);
  drain();
  pass(600 * kSecond);
  EXPECT_EQ(proofs(), 0U);
  EXPECT_EQ(serving(), "angel");
}

TEST_F(Witnessed, ATickOfTheFirstEndsIt) {
  tick(second_, 0, 101);
  tick(second_, 1, 201);
  tick(adapter_, 0, 101);
  pass(10 * kSecond);
  EXPECT_EQ(proofs(), 0U);
}

TEST_F(Witnessed, SnapshotsOfTheStandbyAreNone) {
  second_.snapshot(0, kLtpPacket, 101);
  second_.snapshot(1, kLtpPacket, 201);
  drain();
  pass(10 * kSecond);
  EXPECT_EQ(proofs(), 0U);
}

TEST_F(Witnessed, AMarketThatIsMerelyQuietAtTheFirstIsNotMovedByOthersTicks) {
  tick(second_, 0, 101);
  pass(kMinute);
  EXPECT_EQ(serving(), "angel") << "the link is told, and says itself that it is stale";
}

// ---- plugins that do not return

TEST_F(Silence, ABrokerWhosePluginHangsIsStaleAndLeftForOneThatTicks) {
  tick(adapter_, 0, 1);
  say(adapter_, FeedState::live, FeedEvidence::none);
  router_.begin_hang(angel_, 5, "its plugin hangs");
  EXPECT_EQ(router_.brokers()[angel_].feeds().worst().state, FeedState::stale);
  EXPECT_EQ(router_.brokers()[angel_].state_message(), "its plugin hangs");
  EXPECT_TRUE(stands_by());
  EXPECT_EQ(serving(), "angel");
  tick(second_, 0, 7);
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_THAT(port_.switches, ElementsAre(HasSubstr("the feed of NSE is stale: its plugin hangs")));
  subscribe(5, "NEW", kLtp);
  EXPECT_TRUE(router_.brokers()[angel_].feeds().any_stale());
}

TEST_F(Silence, WhatTheLinkSaysCountsAgainWhenItsPluginReturns) {
  say(adapter_, FeedState::live, FeedEvidence::none);
  router_.begin_hang(angel_, 5, "its plugin hangs");
  say(adapter_, FeedState::quiet, FeedEvidence::none);  // it was said before
  EXPECT_EQ(router_.brokers()[angel_].feeds().worst().state, FeedState::stale);
  router_.end_hang(angel_);
  EXPECT_EQ(router_.brokers()[angel_].feeds().worst().state, FeedState::quiet);
  EXPECT_EQ(router_.brokers()[angel_].state_message(), "");
  EXPECT_EQ(serving(), "angel");
  EXPECT_FALSE(stands_by());
}

TEST_F(Silence, ABrokerWhosePluginHangsWhileItLogsInIsNotWaitedFor) {
  adapter_.link(bus::LinkState::connecting);
  drain();
  EXPECT_EQ(serving(), "angel");
  router_.begin_hang(angel_, 5, "its plugin hangs");
  EXPECT_EQ(serving(), "zerodha");
}

// ---- where nobody ticks

TEST_F(Silence, WhereNobodyTicksTheExchangeIsHaltedAndNothingMoves) {
  tick(adapter_, 0, 1);
  say(adapter_, FeedState::stale, FeedEvidence::expected);
  EXPECT_FALSE(router_.is_halted("NSE")) << "the other one has not been heard yet";
  EXPECT_EQ(router_.brokers()[angel_].feeds().worst().state, FeedState::stale);
  say(second_, FeedState::quiet, FeedEvidence::none);
  EXPECT_TRUE(router_.is_halted("NSE"));
  EXPECT_EQ(router_.brokers()[angel_].feeds().worst().state, FeedState::quiet);
  pass(3600 * kSecond);
  EXPECT_EQ(serving(), "angel");
  tick(second_, 0, 2);
  say(second_, FeedState::live, FeedEvidence::none);
  EXPECT_FALSE(router_.is_halted("NSE"));
  EXPECT_EQ(serving(), "angel") << "the tick may be on its way";
  pass(kSecond);
  EXPECT_EQ(serving(), "zerodha") << "which ticks";
}

TEST_F(Silence, ItIsOverWithTheFirstTick) {
  say_silent(adapter_);
  say(second_, FeedState::quiet, FeedEvidence::expected);
  ASSERT_TRUE(router_.is_halted("NSE"));
  tick(adapter_, 0, 2);
  say(adapter_, FeedState::live, FeedEvidence::none);
  EXPECT_FALSE(router_.is_halted("NSE"));
  EXPECT_EQ(serving(), "angel");
}

TEST_F(Silence, AFewQuietContractsAreNoHalt) {
  say(adapter_, FeedState::quiet, FeedEvidence::none);
  EXPECT_FALSE(router_.is_halted("NSE"));
  EXPECT_FALSE(stands_by()) << "nor are they worth subscriptions elsewhere";
}

TEST_F(Silence, ABrokerAloneIsHaltedByTheSameValuesAndNotByMereSilence) {
  lose(second_);
  say(adapter_, FeedState::stale, FeedEvidence::expected);
  EXPECT_FALSE(router_.is_halted("NSE"));
  say_silent(adapter_);
  EXPECT_TRUE(router_.is_halted("NSE"));
}

TEST_F(Silence, WhatIsProvedIsNoHalt) {
  go_silent(adapter_);
  say(second_, FeedState::stale, FeedEvidence::proved);
  EXPECT_FALSE(router_.is_halted("NSE"));
  EXPECT_EQ(serving(), "angel");
}

TEST_F(Silence, TicksInThreeSecondsOfAMinuteAreTrading) {
  for (int second = 0; second < 3; ++second) {
    EXPECT_FALSE(router_.ticks_steadily("NSE"));
    tick(adapter_, 0, second);
    tick(adapter_, 0, 10 + second);
    monotonic_ += kSecond;
  }
  EXPECT_TRUE(router_.ticks_steadily("NSE"));
  EXPECT_FALSE(router_.ticks_steadily("BSE"));
  monotonic_ += kMinute;
  EXPECT_FALSE(router_.ticks_steadily("NSE"));
}

}  // namespace
}  // namespace gw::routing
