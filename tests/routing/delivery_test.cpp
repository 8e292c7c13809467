#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Delivery : public RouterTest {};

TEST_F(Delivery, AnUpdateGoesToTheModesItsPacketFills) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", kQuote);
  subscribe(3, "INFY", depth(5));
  asked();
  adapter_.tick(0, kLtpPacket, 10);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 10"));
  adapter_.tick(0, kQuotePacket, 11);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #2 ltp 11", "2: INFY.NSE 2 #1 ltp 11"));
  adapter_.book(0, 12, 5, 4);
  EXPECT_THAT(got(),
              ElementsAre("1: INFY.NSE 1 #3 ltp 12", "2: INFY.NSE 2 #2 ltp 12", "3: INFY.NSE 4/5 as 5 #1 ltp 12 5x4"));
}

TEST_F(Delivery, EachDepthGetsItsOwnLevelsOfTheOneBook) {
  subscribe(1, "INFY", depth(5));
  subscribe(2, "INFY", depth(20));
  subscribe(3, "INFY", depth(50));
  asked();
  adapter_.book(0, 9, 20, 3);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/5 as 5 #1 ltp 9 5x3", "2: INFY.NSE 4/20 as 20 #1 ltp 9 20x3",
                                 "3: INFY.NSE 4/50 as 20 #1 ltp 9 20x3"));
}

TEST_F(Delivery, OneClientWithTwoModesAndTwoDepthsGetsFourStreams) {
  for (const Stream s : {kLtp, kQuote, depth(5), depth(20)}) subscribe(1, "INFY", s);
  asked();
  adapter_.book(0, 9, 20, 20);
  EXPECT_EQ(got().size(), 4U);
}

TEST_F(Delivery, ABookBeforeTheFirstLtpWaitsThenShowsTheLastLtp) {
  subscribe(1, "INFY", depth(20));
  asked();
  adapter_.book(0, 0, 20, 20, BGW_MODE_DEPTH);
  EXPECT_THAT(got(), IsEmpty());
  EXPECT_EQ(router_.counts().withheld, 1U);
  EXPECT_EQ(router_.clients().expected_updates(1), 0U);
  adapter_.tick(0, kLtpPacket, 33);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/20 as 20 #2 ltp 33 20x20")) << "what had waited, with its price";
  adapter_.tick(0, kLtpPacket, 34);
  EXPECT_THAT(got(), IsEmpty()) << "an LTP packet fills no depth stream";
  adapter_.book(0, 0, 20, 20, BGW_MODE_DEPTH);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/20 as 20 #3 ltp 34 20x20"));
  EXPECT_EQ(router_.clients().expected_updates(1), 2U);
}

TEST_F(Delivery, WithExtrasABookNeedsNoPrice) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  const Outcome book = subscribe(4, "INFY", depth(5));
  subscribe(1, "INFY", depth(5));
  asked();
  adapter_.book(0, 0, 5, 5, BGW_MODE_DEPTH);
  EXPECT_THAT(got(), ElementsAre("4: INFY.NSE 4/5 as 5 extras #1 no ltp 5x5"));
  EXPECT_EQ(router_.note(book.topic), "waiting for a last price");
  EXPECT_EQ(snapshot(1, book), "");
  EXPECT_EQ(snapshot(4, book), "INFY.NSE 4/5 as 5 extras #1 no ltp 5x5 age 2250");
  adapter_.book(0, 9, 5, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/5 as 5 #2 ltp 9 5x5", "4: INFY.NSE 4/5 as 5 extras #2 ltp 9 5x5"));
  EXPECT_EQ(router_.note(book.topic), "");
  EXPECT_EQ(router_.clients().expected_updates(1), 1U);
  EXPECT_EQ(router_.clients().expected_updates(4), 2U);
}

TEST_F(Delivery, WhoWantsLastPricesAloneIsToldThatThereIsNoneYet) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  const Outcome ltp = subscribe(4, "INFY", kLtp);
  subscribe(1, "INFY", kLtp);
  subscribe(1, "INFY", kQuote);
  asked();
  for (const std::uint32_t packet : {kLtpPacket, kQuotePacket}) {
    adapter_.tick_without_price(0, packet);
    EXPECT_THAT(got(), ElementsAre(testing::StartsWith("4: INFY.NSE 1 extras #")));
  }
  EXPECT_EQ(router_.note(ltp.topic), "waiting for a last price");
  EXPECT_EQ(router_.counts().withheld, 3U) << "of mode 1 two, of mode 2 one";
  EXPECT_EQ(snapshot(1, ltp), "");
  adapter_.tick(0, kLtpPacket, 7);
  EXPECT_THAT(got(), testing::IsSupersetOf({"1: INFY.NSE 1 #3 ltp 7", "4: INFY.NSE 1 extras #3 ltp 7"}));
  adapter_.tick_without_price(0, kLtpPacket);
  EXPECT_THAT(got(), IsEmpty()) << "an old price is no news";
  adapter_.tick_without_price(0, kQuotePacket);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 2 #3 ltp 7"));
  EXPECT_EQ(router_.note(ltp.topic), "");
  EXPECT_EQ(snapshot(4, ltp), "INFY.NSE 1 extras #3 ltp 7 age 2250") << "of the packet that had it";
}

TEST_F(Delivery, APacketWithoutAPriceShowsThatModeOneLives) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  const Outcome ltp = subscribe(4, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 7);
  adapter_.link(bus::LinkState::reconnecting);
  adapter_.link(bus::LinkState::connected);
  got();
  EXPECT_EQ(router_.topics()[ltp.topic].state, SubscriptionState::pending);
  adapter_.tick_without_price(0, kLtpPacket);
  EXPECT_THAT(got(), IsEmpty());
  EXPECT_EQ(router_.topics()[ltp.topic].state, SubscriptionState::active);
}

TEST_F(Delivery, WhoIsSampledWithoutExtrasIsNotToldOfWhatHasNoPrice) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  router_.subscribe(4, "INFY", "NSE", depth(5), {.sampled = true, .resumes = false});
  router_.subscribe(1, "INFY", "NSE", depth(5), {.sampled = true, .resumes = false});
  asked();
  adapter_.book(0, 0, 5, 5, BGW_MODE_DEPTH);
  router_.drain(10);
  EXPECT_THAT(port_.take(), ElementsAre("4: "));
}

TEST_F(Delivery, OtherInstrumentsAndExchangesAreSeparate) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", kLtp, "BSE");
  asked();
  adapter_.tick(1, kLtpPacket, 5);
  EXPECT_THAT(got(), ElementsAre("2: INFY.BSE 1 #1 ltp 5"));
}

TEST_F(Delivery, VariantsAreEncodedApart) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 100);
  subscribe(1, "INFY", kLtp);
  subscribe(4, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 5", "4: INFY.NSE 1 extras #1 ltp 5"));
}

TEST_F(Delivery, NothingFollowsTheAnswerToUnsubscribe) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 5);
  unsubscribe(1, "INFY", kLtp);
  EXPECT_THAT(got(), ElementsAre("2: INFY.NSE 1 #1 ltp 5"));
}

TEST_F(Delivery, UpdatesNobodyWantsAreCounted) {
  adapter_.tick(0, kLtpPacket, 5);
  adapter_.tick(4'000'000'000U, kLtpPacket, 5);
  EXPECT_THAT(got(), IsEmpty());
  EXPECT_EQ(router_.counts().updates, 2U);
  EXPECT_EQ(router_.counts().unwanted, 2U);
  EXPECT_EQ(router_.counts().published, 0U);
}

TEST_F(Delivery, TheBudgetBoundsATurnAndSaysWhenThereIsMore) {
  subscribe(1, "INFY", kLtp);
  asked();
  for (int i = 0; i < 5; ++i) adapter_.tick(0, kLtpPacket, i);
  EXPECT_TRUE(router_.drain(2));
  EXPECT_EQ(port_.take().size(), 2U);
  EXPECT_FALSE(router_.drain(100));
  EXPECT_EQ(port_.take().size(), 3U);
}

TEST_F(Delivery, SeqGoesUpByOnePerUpdateAndNeverBackForANewTopic) {
  const Outcome first = subscribe(1, "INFY", kLtp);
  asked();
  for (int i = 1; i <= 3; ++i) {
    adapter_.tick(0, kLtpPacket, i);
    got();
    EXPECT_EQ(router_.topics()[first.topic].seq, static_cast<std::uint64_t>(i));
  }
  unsubscribe(1, "INFY", kLtp);
  asked();
  adapter_.released(0);
  got();
  const Outcome again = subscribe(1, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 9);
  // One is left out: whoever held the topic before has missed something meanwhile.
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #5 ltp 9"));
  EXPECT_EQ(router_.topics()[again.topic].seq, 5U);
}

TEST_F(Delivery, LeavingInAnyOrderKeepsTheOthersServed) {
  for (SessionId s = 10; s < 30; ++s) {
    router_.open(s, kDefaultGroup, Variant::plain, false, 10);
    subscribe(s, "INFY", kLtp);
    subscribe(s, "TCS", kLtp);
  }
  asked();
  for (const SessionId s : {29U, 10U, 20U, 11U, 28U}) unsubscribe(s, "INFY", kLtp);
  for (const SessionId s : {12U, 13U}) router_.close(s);
  adapter_.tick(0, kLtpPacket, 1);
  EXPECT_EQ(got().size(), 13U);
  adapter_.tick(1, kLtpPacket, 1);
  EXPECT_EQ(got().size(), 18U);
  for (SessionId s = 14; s < 30; ++s) router_.close(s);
  for (const SessionId s : {10U, 11U}) router_.close(s);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none", "1 TCS.NSE none"));
}

TEST_F(RouterTest, ABookThatWasUnderWayWhenMoreLevelsWereAskedForIsNoneOfTheDeepStream) {
  constexpr std::uint32_t kFull = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
  subscribe(1, "INFY", depth(5));
  const Outcome deep = subscribe(2, "INFY", depth(20));
  router_.flush_demand();
  adapter_.book(0, 100, 5, 5, kFull, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/5 as 5 #1 ltp 100 5x5"));
  EXPECT_EQ(snapshot(2, deep), "");
  adapter_.book(0, 101, 20, 20, kFull, 20);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/5 as 5 #2 ltp 101 5x5", "2: INFY.NSE 4/20 as 20 #1 ltp 101 20x20"));
}

}  // namespace
}  // namespace gw::routing
