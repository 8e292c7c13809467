// What is silent elsewhere does not count: other users' brokers, exchanges that nobody holds, other connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/broker_group_fixture.hpp"
#include "tests/support/seconds.hpp"

namespace gw::routing {
namespace {

using bus::FeedEvidence;
using bus::FeedState;
using support::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kStallLimit = 3 * kSecond;

// Zerodha has BSE, too. Session 5 holds INFY and TCS of NSE.
class SilenceElsewhere : public BrokerGroupTest {
 protected:
  void SetUp() override {
    RouterTest::SetUp();
    zerodha_ = router_.add_broker(zerodha(false));
    attach_angel({});
    router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"TCS", "NSE", "z2"}, {"INFY", "BSE", "z4"}}));
    second_.link(bus::LinkState::connected);
    make_group();
    subscribe(5, "INFY", kLtp);
    subscribe(5, "TCS", kLtp);
    drain();
    forget();
  }
  void attach_angel(const registry::Limits& limits) {
    BrokerSetup angel{"angel", "angel", angel_capabilities(), &adapter_.channel, "", limits, false};
    angel.stall_limit_ns = kStallLimit;
    router_.attach_broker(angel_, angel);
    adapter_.link(bus::LinkState::connecting);
    adapter_.link(bus::LinkState::connected);
    drain();
  }
  BrokerSetup zerodha(bool hot) {
    const bgw_capability both[] = {{"NSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0}, {"BSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0}};
    BrokerSetup setup{"zerodha", "zerodha", registry::Capabilities({both, 2}), &second_.channel, "", {}, hot};
    setup.stall_limit_ns = kStallLimit;
    return setup;
  }
  void tick(FakeAdapter& adapter, BrokerId broker, const char* symbol, std::int64_t ltp,
            std::int64_t received = FakeAdapter::kReceived, const char* exchange = "NSE") {
    monotonic_ += kSecond / 1000;
    const auto handle = router_.brokers()[broker].routes().find({symbol, exchange});
    ASSERT_TRUE(handle);
    adapter.tick(*handle, kLtpPacket, ltp, received);
    drain();
  }
  std::size_t proofs(FakeAdapter& adapter) {
    adapter.asked();
    return adapter.proofs.size();
  }
};

TEST_F(SilenceElsewhere, AnotherUsersSilentBrokerHaltsNobody) {
  const GroupId other = router_.group_for("zerodha,", {zerodha_});
  router_.open(7, other, Variant::extras, false, 100);
  router_.subscribe(7, "INFY", "NSE", kLtp);
  drain();
  tick(adapter_, angel_, "INFY", 1);
  say(adapter_, FeedState::live, FeedEvidence::none);
  say(second_, FeedState::quiet, FeedEvidence::expected);
  tick(adapter_, angel_, "INFY", 2);
  pass(kSecond);
  EXPECT_FALSE(router_.is_halted("NSE")) << "angel ticks";
  say(adapter_, FeedState::quiet, FeedEvidence::expected);
  pass(kSecond);
  EXPECT_TRUE(router_.is_halted("NSE")) << "nobody does";
}

TEST_F(SilenceElsewhere, ASilentCanaryOfTheOtherBrokerHaltsNobody) {
  router_.detach_broker(zerodha_, "x");
  BrokerSetup cold = zerodha(false);
  cold.canary = {{"TCS", "NSE"}};
  router_.attach_broker(zerodha_, cold);
  recover(second_);
  tick(adapter_, angel_, "INFY", 1);
  say(adapter_, FeedState::live, FeedEvidence::none);
  say(second_, FeedState::quiet, FeedEvidence::expected);
  pass(kSecond);
  EXPECT_EQ(serving(), "angel");
  EXPECT_FALSE(router_.is_halted("NSE"));
}

TEST_F(SilenceElsewhere, StaleOnAnotherExchangeIsNoReasonToStayAtADeadBroker) {
  subscribe(5, "INFY", kLtp, "BSE");
  tick(adapter_, angel_, "INFY", 1);
  say(adapter_, FeedState::quiet, FeedEvidence::none, "BSE");
  say(second_, FeedState::stale, FeedEvidence::expected, "BSE");
  say(adapter_, FeedState::stale, FeedEvidence::proved);
  EXPECT_EQ(serving(), "angel");
  tick(second_, zerodha_, "INFY", 7);
  EXPECT_EQ(serving(), "zerodha");
}

TEST_F(SilenceElsewhere, UnlessTheActiveBrokerTicksThere) {
  subscribe(5, "INFY", kLtp, "BSE");
  tick(adapter_, angel_, "INFY", 1);
  say(adapter_, FeedState::live, FeedEvidence::none, "BSE");
  say(second_, FeedState::stale, FeedEvidence::expected, "BSE");
  say(adapter_, FeedState::stale, FeedEvidence::proved);
  tick(second_, zerodha_, "INFY", 7);
  EXPECT_EQ(serving(), "angel") << "of the two that have half, nobody is moved";
}

TEST_F(SilenceElsewhere, ALostLinkMovesClientsThoughTheOtherIsStaleWhereNobodyHoldsAnything) {
  say(second_, FeedState::stale, FeedEvidence::expected, "BSE");
  lose(adapter_);
  pass(kSecond);
  EXPECT_EQ(serving(), "zerodha");
}

TEST_F(SilenceElsewhere, APreferredBrokerComesBackThoughItIsStaleWhereNobodyHoldsAnything) {
  lose(adapter_);
  recover(adapter_);
  ASSERT_EQ(serving(), "zerodha");
  say(adapter_, FeedState::stale, FeedEvidence::expected, "BSE");
  pass(kMinute);
  tick(second_, zerodha_, "INFY", 7);
  tick(adapter_, angel_, "INFY", 7);
  pass(kSecond);
  EXPECT_EQ(serving(), "angel");
}

// MCX is dead at the active broker, which carries it for another user; here it is another broker's.
TEST_F(SilenceElsewhere, AnExchangeThatAnotherBrokerServesIsNoReasonToMove) {
  router_.set_index("angel", index_of({{"INFY", "NSE", "1"}, {"TCS", "NSE", "3"}}));
  subscribe(5, "INFY", kLtp, "BSE");
  drain();
  ASSERT_EQ(router_.choice().elsewhere_count(group_), 1U);
  tick(adapter_, angel_, "INFY", 1);
  say(adapter_, FeedState::live, FeedEvidence::none);
  say(adapter_, FeedState::stale, FeedEvidence::proved, "BSE");
  tick(second_, zerodha_, "INFY", 7, FakeAdapter::kReceived, "BSE");
  pass(kMinute);
  EXPECT_EQ(serving(), "angel");
  EXPECT_EQ(router_.group(group_).standby, std::nullopt);
}

TEST_F(SilenceElsewhere, TicksOfOneConnectionDoNotHideAMuteOne) {
  bgw_limits limits{};
  limits.size = sizeof limits;
  limits.instruments_per_connection = 1;
  limits.connections_per_account = 2;
  attach_angel(registry::Limits(limits));
  router_.detach_broker(zerodha_, "x");
  router_.attach_broker(zerodha_, zerodha(true));
  recover(second_);
  tick(adapter_, angel_, "INFY", 100);
  tick(adapter_, angel_, "TCS", 200);
  tick(second_, zerodha_, "INFY", 100);
  tick(second_, zerodha_, "TCS", 200);
  forget();
  for (int i = 0; i < 10; ++i) {
    tick(adapter_, angel_, "INFY", 101 + i);
    tick(second_, zerodha_, "INFY", 101 + i);
    tick(second_, zerodha_, "TCS", 201 + i);
    pass(kSecond);
  }
  EXPECT_GT(proofs(adapter_), 0U);
  const auto tcs = router_.brokers()[angel_].routes().find({"TCS", "NSE"});
  const std::uint32_t dead = router_.brokers()[angel_].routes()[*tcs].demanded_connection;
  EXPECT_THAT(adapter_.dead_connections, testing::Each(dead));
}

TEST_F(SilenceElsewhere, WhatWasMissingBeforeItWasAskedForAnewIsNoProof) {
  router_.detach_broker(zerodha_, "x");
  router_.attach_broker(zerodha_, zerodha(true));
  recover(second_);
  tick(adapter_, angel_, "INFY", 100);
  tick(adapter_, angel_, "TCS", 200);
  tick(second_, zerodha_, "INFY", 100);
  tick(second_, zerodha_, "TCS", 200);
  monotonic_ += kStallLimit;
  tick(second_, zerodha_, "INFY", 101);
  tick(second_, zerodha_, "TCS", 201);
  router_.unsubscribe_all(5);
  drain();
  adapter_.asked();
  adapter_.released(0);
  adapter_.released(1);
  drain();
  subscribe(5, "INFY", kLtp);
  subscribe(5, "TCS", kLtp);
  drain();
  pass(2 * kSecond);
  EXPECT_EQ(proofs(adapter_), 0U);
}

// The first shows a new book for an old trade, and the standby does so a moment later.
TEST_F(SilenceElsewhere, ATradeThatIsShownOnceMoreIsNoLag) {
  tick(adapter_, angel_, "INFY", 100);
  tick(adapter_, angel_, "TCS", 200);
  say(adapter_, FeedState::quiet, FeedEvidence::expected);
  const std::int64_t begin = 100 * kSecond;
  tick(second_, zerodha_, "INFY", 100, begin);
  tick(second_, zerodha_, "TCS", 200, begin);
  tick(adapter_, angel_, "INFY", 100, begin + 9 * kSecond);
  tick(second_, zerodha_, "INFY", 100, begin + 9 * kSecond + 1000);
  monotonic_ += kStallLimit;
  tick(second_, zerodha_, "INFY", 101);
  tick(second_, zerodha_, "TCS", 201);
  EXPECT_EQ(proofs(adapter_), 0U);
  pass(kSecond + 1);
  EXPECT_EQ(proofs(adapter_), 1U);
}

}  // namespace
}  // namespace gw::routing
