// Requested, pending, active, failed; and what a client is expected to get.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::IsEmpty;

class Subscription : public RouterTest {
 protected:
  void SetUp() override {
    RouterTest::SetUp();
    router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  }
  SubscriptionState state(const Outcome& outcome) const { return router_.topics()[outcome.topic].state; }
};

TEST_F(Subscription, IsActiveWithItsFirstData) {
  const Outcome ltp = subscribe(4, "INFY", kLtp);
  const Outcome quote = subscribe(4, "INFY", kQuote);
  asked();
  EXPECT_EQ(state(ltp), SubscriptionState::pending);
  adapter_.tick(0, kLtpPacket, 1);
  got();
  EXPECT_EQ(state(ltp), SubscriptionState::active);
  EXPECT_EQ(state(quote), SubscriptionState::pending) << "an LTP packet says nothing of quotes";
  EXPECT_THAT(port_.subscriptions, testing::ElementsAre(std::pair(ltp.topic, SessionId{4})));
}

TEST_F(Subscription, IsActiveByTheBrokersWord) {
  const Outcome quote = subscribe(4, "INFY", kQuote);
  asked();
  adapter_.channel.writer().confirmed({0, BGW_MODE_QUOTE, 0, 0});
  got();
  EXPECT_EQ(state(quote), SubscriptionState::active);
}

TEST_F(Subscription, IsFailedWithTheBrokersReasonOnceAndActiveWhenDataComesAllTheSame) {
  const Outcome quote = subscribe(4, "INFY", kQuote);
  asked();
  adapter_.refuse(0, "not entitled");
  adapter_.refuse(0, "not entitled");
  got();
  EXPECT_EQ(state(quote), SubscriptionState::failed);
  EXPECT_EQ(router_.topics()[quote.topic].reason, "not entitled");
  EXPECT_EQ(port_.refusals.size(), 1U);
  EXPECT_EQ(subscribe(1, "INFY", kQuote).refusal, "not entitled");
  adapter_.tick(0, kQuotePacket, 1);
  got();
  EXPECT_EQ(state(quote), SubscriptionState::active);
  EXPECT_EQ(subscribe(2, "INFY", kQuote).refusal, "");
}

TEST_F(Subscription, IsPendingAgainAfterALoss) {
  const Outcome quote = subscribe(4, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 1);
  adapter_.link(bus::LinkState::reconnecting);
  got();
  EXPECT_EQ(state(quote), SubscriptionState::pending);
  EXPECT_EQ(port_.subscriptions.size(), 2U);
}

TEST_F(Subscription, ClientsWithoutExtrasAreToldNothing) {
  subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 1);
  got();
  EXPECT_THAT(port_.subscriptions, IsEmpty());
}

TEST_F(Subscription, WhatAClientIsExpectedToGetCountsFromWhenItJoinedToWhenItLeft) {
  subscribe(1, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 1);
  got();
  subscribe(2, "INFY", kLtp);
  adapter_.tick(0, kLtpPacket, 2);
  got();
  EXPECT_EQ(router_.clients().expected_updates(1), 2U);
  EXPECT_EQ(router_.clients().expected_updates(2), 1U);
  unsubscribe(1, "INFY", kLtp);
  adapter_.tick(0, kLtpPacket, 3);
  got();
  EXPECT_EQ(router_.clients().expected_updates(1), 2U);
  EXPECT_EQ(router_.clients().expected_updates(2), 2U);
  subscribe(1, "INFY", kLtp);
  EXPECT_EQ(router_.clients().expected_updates(1), 2U);
}

TEST_F(Subscription, TradesThatTheBrokerDidNotShowAreCountedWithinOneLogin) {
  subscribe(1, "INFY", kQuote);
  asked();
  const auto traded = [this](std::int64_t volume, std::int64_t last, std::uint32_t session) {
    bgw_tick t{};
    t.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
    t.present = BGW_HAS_LTP | BGW_HAS_VOLUME | BGW_HAS_LAST_QUANTITY;
    t.volume = volume;
    t.last_quantity = last;
    adapter_.channel.writer().update({&t, nullptr, nullptr, nullptr, 0, 0}, {.received_ns = 1, .login = session});
    got();
  };
  traded(100, 5, 1);
  traded(110, 10, 1);
  traded(110, 10, 1);
  EXPECT_EQ(router_.counts().hidden_trades, 0U);
  traded(150, 15, 1);
  EXPECT_EQ(router_.counts().hidden_trades, 1U);
  EXPECT_EQ(router_.counts().hidden_quantity, 25U);
  traded(900, 5, 2);
  EXPECT_EQ(router_.counts().hidden_trades, 1U) << "the day went on without us";
  adapter_.tick(0, kLtpPacket, 1);
  traded(990, 5, 2);
  EXPECT_EQ(router_.counts().hidden_trades, 1U) << "it was shown as a price, while nobody held more";
}

TEST_F(Subscription, AValueFromBeforeALossIsSuspectUntilItIsOvertaken) {
  const Outcome held = subscribe(1, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 1);
  adapter_.link(bus::LinkState::reconnecting);
  got();
  const Outcome rich = subscribe(4, "INFY", kLtp);
  EXPECT_THAT(snapshot(4, rich), testing::EndsWith("suspect"));
  EXPECT_EQ(snapshot(1, held), "") << "to those who cannot be told so";
  adapter_.link(bus::LinkState::connected);
  got();
  EXPECT_THAT(snapshot(4, rich), testing::EndsWith("suspect")) << "it may have changed meanwhile";
  adapter_.tick(0, kLtpPacket, 2);
  got();
  EXPECT_THAT(snapshot(4, rich), testing::Not(testing::HasSubstr("suspect")));
  adapter_.channel.writer().feed("NSE", bus::FeedState::stale, bus::FeedEvidence::proved, 1, "no tick");
  got();
  EXPECT_THAT(snapshot(4, rich), testing::EndsWith("suspect"));
  EXPECT_EQ(port_.feeds.size(), 1U);
}

}  // namespace
}  // namespace gw::routing
