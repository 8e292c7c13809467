#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Refusal : public RouterTest {};

TEST_F(Refusal, OfDepthTakesNothingFromAQuote) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  subscribe(1, "INFY", kQuote);
  asked();
  subscribe(2, "INFY", depth(5), "BSE");
  subscribe(4, "INFY", depth(5));
  EXPECT_THAT(asked(), ElementsAre("1 INFY.BSE mode 4/5 token 4", "0 INFY.NSE mode 4/5 token 1"));
  adapter_.refuse(0, "no depth for you", BGW_MODE_DEPTH, 5);
  got();
  EXPECT_THAT(port_.refusals, ElementsAre("4: INFY.NSE 4/5 as 5: no depth for you"));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  adapter_.tick(0, kQuotePacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 2 #1 ltp 5"));
}

TEST_F(Refusal, OfManyLevelsOffersFewer) {
  const Outcome deep = subscribe(1, "INFY", depth(20));
  EXPECT_EQ(deep.actual_depth, 20);
  asked();
  adapter_.refuse(0, "twenty are full", BGW_MODE_DEPTH, 20);
  got();
  EXPECT_THAT(port_.refusals, IsEmpty());
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1"));
  EXPECT_EQ(router_.topics()[deep.topic].info.actual_depth, 5);
  EXPECT_EQ(router_.topics()[deep.topic].info.broker_message,
            "Depth level 20 not available, using 5: broker angel refused it: twenty are full");
  adapter_.refuse(0, "nor five", BGW_MODE_DEPTH, 5);
  got();
  EXPECT_EQ(port_.refusals.size(), 1U);
  EXPECT_THAT(asked(), IsEmpty()) << "nobody asked anew";
}

TEST_F(Refusal, OfALastPriceByABrokerWhoseBooksHaveNoneIsToldToWhoAsksForOne) {
  subscribe(2, "INFY", depth(5));
  asked();
  adapter_.tick(0, BGW_MODE_DEPTH, 0);
  got();
  EXPECT_EQ(subscribe(1, "INFY", kLtp).refusal, "");
  adapter_.refuse(0, "no trades of it", BGW_MODE_LTP, 0);
  got();
  EXPECT_THAT(port_.refusals, ElementsAre("1: INFY.NSE 1: no trades of it"));
  EXPECT_THAT(asked(), IsEmpty()) << "the book stays as it is";
}

TEST_F(Refusal, OfALastPriceIsOverWhenARicherStreamIsAskedFor) {
  subscribe(1, "INFY", kLtp);
  asked();
  adapter_.refuse(0, "not alone", BGW_MODE_LTP, 0);
  got();
  EXPECT_EQ(port_.refusals.size(), 1U);
  const Outcome deep = subscribe(2, "INFY", depth(5));
  EXPECT_EQ(deep.refusal, "");
  adapter_.tick(0, kDepthPacket, 5);
  EXPECT_EQ(got().size(), 2U) << "the book's packets have a last price";
}

TEST_F(Refusal, IsAskedAgainByWhoSubscribesLater) {
  const Outcome quote = subscribe(1, "INFY", kQuote);
  asked();
  adapter_.refuse(0, "not now");
  got();
  EXPECT_EQ(subscribe(1, "INFY", kQuote).refusal, "not now");
  EXPECT_THAT(asked(), IsEmpty()) << "not at any pace";
  monotonic_ += 6'000'000'000;
  EXPECT_EQ(subscribe(2, "INFY", kQuote).refusal, "");
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  EXPECT_EQ(router_.topics()[quote.topic].state, SubscriptionState::pending);
  adapter_.refuse(0, "not now");
  got();
  EXPECT_EQ(port_.refusals.size(), 3U) << "once at first, then both";
}

TEST_F(Refusal, IsAskedAgainInAMomentForWhoSubscribesTooSoon) {
  subscribe(1, "INFY", kQuote);
  asked();
  adapter_.refuse(0, "not now");
  got();
  monotonic_ += 1'000'000'000;
  subscribe(1, "INFY", kQuote);
  subscribe(2, "INFY", kQuote);
  router_.review();
  EXPECT_THAT(asked(), IsEmpty());
  monotonic_ += 5'000'000'000;
  router_.review();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  adapter_.refuse(0, "not now");
  got();
  monotonic_ += 60'000'000'000;
  router_.review();
  EXPECT_THAT(asked(), IsEmpty()) << "once for each time that somebody asked";
}

TEST_F(Refusal, TheReasonForFewerLevelsIsTheOneThatHoldsNow) {
  const bgw_depth_limit deep{20, 1, 1, 0};
  bgw_limits limits{};
  limits.size = sizeof limits;
  limits.instruments_per_connection = 10;
  limits.connections_per_account = 1;
  limits.depth_limit_count = 1;
  limits.depth_limits = &deep;
  router_.detach_broker(angel_, "being changed");
  router_.attach_broker(
      angel_, {"angel", "angel", angel_capabilities(), &adapter_.channel, "", registry::Limits(limits), false});
  adapter_.link(bus::LinkState::connected);
  got();
  const Outcome infy = subscribe(1, "INFY", depth(20));
  asked();
  adapter_.refuse(0, "not now", BGW_MODE_DEPTH, 20);
  got();
  EXPECT_EQ(subscribe(2, "TCS", depth(20)).actual_depth, 20);
  monotonic_ += 6'000'000'000;
  subscribe(1, "INFY", depth(20));
  EXPECT_EQ(router_.topics()[infy.topic].info.broker_message,
            "Depth level 20 not available, using 5: broker angel allows 1 connection of 1 instruments with 20 levels, "
            "and all are in use");
}

TEST_F(Refusal, IsForgottenWithTheSession) {
  subscribe(1, "INFY", depth(20));
  asked();
  adapter_.refuse(0, "full", BGW_MODE_DEPTH, 20);
  got();
  asked();
  adapter_.link(bus::LinkState::reconnecting);
  adapter_.link(bus::LinkState::connected);
  got();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/20 token 1"));
}

TEST_F(Refusal, OfAllThatOneGroupWantsTakesNothingFromAnother) {
  router_.open(4, router_.group_for("angel,", {angel_}), Variant::plain, false, 10);
  subscribe(1, "INFY", depth(5));
  asked();
  adapter_.refuse(0, "no book", BGW_MODE_DEPTH, 5);
  got();
  subscribe(4, "INFY", kQuote);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  unsubscribe(4, "INFY", kQuote);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1")) << "data may come all the same";
}

TEST_F(Refusal, IsForgottenForEachGroupWithTheSession) {
  router_.open(4, router_.group_for("angel,", {angel_}), Variant::plain, false, 10);
  subscribe(1, "INFY", kQuote);
  const Outcome deep = subscribe(4, "INFY", depth(20));
  asked();
  adapter_.refuse(0, "full", BGW_MODE_DEPTH, 20);
  got();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1"));
  adapter_.link(bus::LinkState::reconnecting);
  adapter_.link(bus::LinkState::connected);
  got();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/20 token 1"));
  EXPECT_EQ(router_.topics()[deep.topic].info.actual_depth, 20);
}

TEST_F(Refusal, OfManyLevelsIsNotDisprovedByTheFewThatGoOn) {
  subscribe(1, "INFY", depth(5));
  subscribe(2, "INFY", depth(20));
  asked();
  adapter_.refuse(0, "full", BGW_MODE_DEPTH, 20);
  adapter_.book(0, 7, 5, 5, kDepthPacket, 20);
  got();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1"));
  subscribe(1, "INFY", kLtp);
  EXPECT_THAT(asked(), IsEmpty()) << "not at any pace";
  adapter_.link(bus::LinkState::reconnecting);
  adapter_.link(bus::LinkState::connected);
  got();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/20 token 1"));
}

TEST_F(Refusal, ThatWasDisprovedIsAskedForInTheNextSession) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", kQuote);
  asked();
  adapter_.refuse(0, "not now", BGW_MODE_QUOTE);
  adapter_.tick(0, kQuotePacket, 7);
  got();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  adapter_.link(bus::LinkState::reconnecting);
  adapter_.link(bus::LinkState::connected);
  got();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
}

TEST_F(Refusal, FromBeforeAnEndIsNoAnswerToWhatIsAskedAfterIt) {
  subscribe(1, "INFY", kQuote);
  asked();
  unsubscribe(1, "INFY", kQuote);
  asked();
  const Outcome again = subscribe(1, "INFY", kQuote);
  adapter_.refuse(0, "not then");
  got();
  EXPECT_THAT(port_.refusals, IsEmpty());
  EXPECT_EQ(router_.topics()[again.topic].state, SubscriptionState::pending);
  adapter_.released(0);
  adapter_.refuse(0, "nor now");
  got();
  EXPECT_THAT(port_.refusals, ElementsAre("1: INFY.NSE 2: nor now"));
}

TEST_F(Refusal, ReachesExactlyThoseThatAsked) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  subscribe(1, "INFY", kLtp);
  subscribe(4, "INFY", kLtp);
  subscribe(3, "TCS", kLtp);
  asked();
  adapter_.refuse(0, "quota reached", BGW_MODE_LTP);
  got();
  EXPECT_THAT(port_.refusals, UnorderedElementsAre("1: INFY.NSE 1: quota reached", "4: INFY.NSE 1: quota reached"));
}

TEST_F(Refusal, ReachesNobodyWhoHasLeft) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", kLtp);
  asked();
  adapter_.refuse(0, "no", BGW_MODE_LTP);
  unsubscribe(1, "INFY", kLtp);
  got();
  EXPECT_THAT(port_.refusals, ElementsAre("2: INFY.NSE 1: no"));
}

TEST_F(Refusal, OfAHandleNobodyHoldsOrKnowsReachesNobody) {
  subscribe(1, "INFY", kLtp);
  asked();
  unsubscribe(1, "INFY", kLtp);
  adapter_.refuse(0, "no", BGW_MODE_LTP);
  adapter_.refuse(99, "no");
  got();
  EXPECT_THAT(port_.refusals, IsEmpty());
}

TEST_F(Refusal, LeavesTheSubscriptionHeldSoThatDataMayStillCome) {
  const Outcome held = subscribe(1, "INFY", kLtp);
  asked();
  adapter_.refuse(0, "not now", BGW_MODE_LTP);
  got();
  EXPECT_TRUE(router_.clients().holds(1, held.topic));
  adapter_.tick(0, kLtpPacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 5"));
}

TEST_F(Refusal, ALongReasonArrivesCutNotBroken) {
  subscribe(1, "INFY", kLtp);
  asked();
  adapter_.refuse(0, std::string(1000, 'r'), BGW_MODE_LTP);
  got();
  EXPECT_THAT(port_.refusals, ElementsAre("1: INFY.NSE 1: " + std::string(239, 'r')));
}

TEST_F(Refusal, WhatIsRefusedModeByModeIsAskedForOnceEach) {
  subscribe(1, "INFY", kLtp);
  subscribe(1, "INFY", kQuote);
  subscribe(1, "INFY", depth(5));
  router_.flush_demand();
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1"));
  const auto after = [&](std::uint32_t mode, std::uint32_t level) {
    adapter_.refuse(0, "unknown", mode, level);
    got();
    router_.flush_demand();
    return asked();
  };
  EXPECT_THAT(after(BGW_MODE_DEPTH, 5), ElementsAre("0 INFY.NSE mode 2 token 1"));
  EXPECT_THAT(after(BGW_MODE_QUOTE, 0), ElementsAre("0 INFY.NSE mode 1 token 1"));
  EXPECT_THAT(after(BGW_MODE_LTP, 0), IsEmpty()) << "all of it was asked for";
}

}  // namespace
}  // namespace gw::routing
