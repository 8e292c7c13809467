// Packets that say a part of an instrument: what clients get of them at once, and what a client gets that comes later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kQuoteOnly = BGW_MODE_QUOTE;
constexpr std::uint32_t kBookOnly = BGW_MODE_DEPTH;

class MergedPackets : public RouterTest {
 protected:
  MergedPackets() { encoder_.shows_all = true; }

  // One packet of instrument 0.
  struct Part {
    std::uint32_t modes;
    std::int64_t ltp = 0;   // 0: none
    std::int64_t open = 0;  // 0: none
    std::int64_t oi = 0;    // 0: none
    std::int64_t circuit = 0;
    std::vector<bgw_value> values = {};
    std::vector<std::int64_t> bids = {}, asks = {};  // prices
    std::uint32_t flags = 0;
    bus::UpdateStamp stamp = {.received_ns = FakeAdapter::kReceived};
  };
  void send(const Part& part) {
    bgw_tick tick{};
    tick.modes = part.modes;
    const auto put = [&](std::uint64_t bit, std::int64_t& to, std::int64_t value) {
      to = value;
      if (value != 0) tick.present |= bit;
    };
    put(BGW_HAS_LTP, tick.ltp, part.ltp);
    put(BGW_HAS_OPEN, tick.open, part.open);
    put(BGW_HAS_OI, tick.oi, part.oi);
    bgw_tick_rare rare{};
    put(BGW_HAS_UPPER_CIRCUIT, rare.upper_circuit, part.circuit);
    const auto levels = [](const std::vector<std::int64_t>& prices) {
      std::vector<bgw_level> made;
      for (const std::int64_t price : prices) made.push_back({price, 1, 0, 0});
      return made;
    };
    const std::vector<bgw_level> bids = levels(part.bids);
    const std::vector<bgw_level> asks = levels(part.asks);
    bgw_book book{};
    book.flags = part.flags;
    book.bid_count = static_cast<std::uint32_t>(bids.size());
    book.ask_count = static_cast<std::uint32_t>(asks.size());
    book.bids = bids.data();
    book.asks = asks.data();
    adapter_.channel.writer().update(
        {&tick, part.circuit != 0 ? &rare : nullptr, (part.modes & BGW_MODE_DEPTH) != 0 ? &book : nullptr,
         part.values.data(), static_cast<std::uint32_t>(part.values.size()), 0},
        part.stamp);
  }
  // Session 3 subscribes; what it is sent at once.
  std::string late(Stream stream) { return snapshot(3, subscribe(3, "INFY", stream)); }
};

TEST_F(MergedPackets, TheOpenInterestAloneIsJoinedToTheQuote) {
  subscribe(1, "INFY", kQuote);
  asked();
  send({kQuotePacket, 10, 9, 0, 77, {{BGW_VALUE_DELTA, 0, 3}}});
  send({kQuoteOnly, 0, 0, 500});
  got();
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #2 ltp 10 age 2250 open 9 oi 500 circuit 77 v5=3");
}

TEST_F(MergedPackets, AfterTheOpenInterestAloneTheLastPriceIsThatOfAnyPacket) {
  subscribe(1, "INFY", kQuote);
  asked();
  send({kQuotePacket, 10, 9});
  send({kLtpPacket, 12});
  send({kQuoteOnly, 0, 0, 500});
  got();
  EXPECT_EQ(late(kLtp), "INFY.NSE 1 #0 ltp 12 age 2250");
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #2 ltp 12 age 2250 open 9 oi 500");
}

// A full packet has the quote with its book; the open interest comes beside it.
TEST_F(MergedPackets, AFullPacketAndTheOpenInterestAloneSpeakOfOneQuote) {
  subscribe(1, "INFY", depth(5));
  asked();
  send({kQuoteOnly, 0, 0, 400});
  send({kDepthPacket, 10, 9, 0, 77, {}, {8}, {11}});
  send({kQuoteOnly, 0, 0, 500});
  got();
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #0 ltp 10 age 2250 open 9 oi 500 circuit 77");
  EXPECT_EQ(late(depth(5)), "INFY.NSE 4/5 as 5 #1 ltp 10 1x1 age 2250 b8 a11 open 9 oi 500 circuit 77");
}

TEST_F(MergedPackets, ABookAloneBehindAFullPacketLeavesTheQuote) {
  subscribe(1, "INFY", depth(5));
  asked();
  send({kDepthPacket, 10, 9, 400, 77, {}, {8}, {11}});
  got();
  send({kBookOnly, 0, 0, 0, 0, {}, {7}, {12}});
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/5 as 5 #2 ltp 10 1x1 b7 a12 open 9 oi 400 circuit 77"));
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #0 ltp 10 age 2250 open 9 oi 400 circuit 77");
  send({kQuoteOnly, 0, 0, 500});
  send({kBookOnly, 0, 0, 0, 0, {}, {6}, {13}});
  got();
  EXPECT_EQ(late(depth(5)), "INFY.NSE 4/5 as 5 #3 ltp 10 1x1 age 2250 b6 a13 open 9 oi 500 circuit 77");
}

TEST_F(MergedPackets, AnotherLoginDoesNotAddUp) {
  subscribe(1, "INFY", depth(5));
  asked();
  send({kDepthPacket, 10, 9, 400, 77, {{BGW_VALUE_DELTA, 0, 3}}, {8}, {11}});
  Part other{kQuoteOnly, 0, 0, 500};
  other.stamp.login = 1;
  send(other);
  Part bids{kBookOnly, 0, 0, 0, 0, {}, {7}, {}, BGW_BOOK_BIDS_ONLY};
  bids.stamp.login = 1;
  send(bids);
  got();
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #0 ltp 10 age 2250 oi 500") << "neither the open nor the further values";
  EXPECT_EQ(late(depth(5)), "") << "the asks are those of the login before";
  Part asks{kBookOnly, 0, 0, 0, 0, {}, {}, {12}, BGW_BOOK_ASKS_ONLY};
  asks.stamp.login = 1;
  send(asks);
  got();
  EXPECT_EQ(late(depth(5)), "INFY.NSE 4/5 as 5 #2 ltp 10 1x1 age 2250 b7 a12 oi 500");
}

TEST_F(MergedPackets, WhatWasNotAskedForMeanwhileIsNotTakenOver) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", kQuote);
  asked();
  send({kQuotePacket, 10, 9, 400, 77, {{BGW_VALUE_DELTA, 0, 3}}});
  got();
  unsubscribe(2, "INFY", kQuote);
  asked();  // mode 1 from here on: the open and the open interest may change unseen
  subscribe(2, "INFY", kQuote);
  asked();
  send({kQuotePacket, 11, 8});
  got();
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #3 ltp 11 age 2250 open 8");
}

TEST_F(MergedPackets, OneSideIsPublishedWithTheOtherAsItIsKnown) {
  subscribe(1, "INFY", depth(5));
  subscribe(1, "INFY", depth(20));
  asked();
  send({kBookOnly | kLtpPacket, 10, 0, 0, 0, {}, {8, 7, 6, 5, 4, 3}, {}, BGW_BOOK_BIDS_ONLY});
  EXPECT_THAT(got(), IsEmpty()) << "an ask side without levels would say that nobody sells";
  send({kBookOnly, 0, 0, 0, 0, {}, {}, {11, 12}, BGW_BOOK_ASKS_ONLY});
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/20 as 20 #1 ltp 10 6x2 b8 b7 b6 b5 b4 b3 a11 a12",
                                 "1: INFY.NSE 4/5 as 5 #1 ltp 10 5x2 b8 b7 b6 b5 b4 a11 a12"));
  send({kBookOnly, 0, 0, 0, 0, {}, {}, {}, BGW_BOOK_ASKS_ONLY});
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/20 as 20 #2 ltp 10 6x0 b8 b7 b6 b5 b4 b3",
                                 "1: INFY.NSE 4/5 as 5 #2 ltp 10 5x0 b8 b7 b6 b5 b4"))
      << "an empty side is said too";
  EXPECT_EQ(late(depth(5)), "INFY.NSE 4/5 as 5 #2 ltp 10 5x0 age 2250 b8 b7 b6 b5 b4");
}

TEST_F(MergedPackets, TheSideOfAShallowerBookIsNotShownInADeeperOne) {
  subscribe(1, "INFY", depth(5));
  asked();
  Part shallow{kBookOnly | kLtpPacket, 10, 0, 0, 0, {}, {8}, {11}};
  shallow.stamp.asked_depth = 5;
  send(shallow);
  got();
  subscribe(2, "INFY", depth(20));
  asked();
  Part bids{kBookOnly, 0, 0, 0, 0, {}, {7, 6}, {}, BGW_BOOK_BIDS_ONLY};
  bids.stamp.asked_depth = 20;
  send(bids);
  EXPECT_THAT(got(), IsEmpty());
  Part asks{kBookOnly, 0, 0, 0, 0, {}, {}, {12, 13}, BGW_BOOK_ASKS_ONLY};
  asks.stamp.asked_depth = 20;
  send(asks);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 4/5 as 5 #2 ltp 10 2x2 b7 b6 a12 a13",
                                 "2: INFY.NSE 4/20 as 20 #1 ltp 10 2x2 b7 b6 a12 a13"));
}

TEST_F(MergedPackets, OneSideOfAShallowerBookThatIsUnderWayIsNotPublishedBesideADeeperOne) {
  subscribe(1, "INFY", depth(5));
  subscribe(2, "INFY", depth(20));
  asked();
  Part deep{kBookOnly | kLtpPacket, 10, 0, 0, 0, {}, {8}, {11}};
  deep.stamp.asked_depth = 20;
  send(deep);
  got();
  Part late_one{kBookOnly, 0, 0, 0, 0, {}, {7}, {}, BGW_BOOK_BIDS_ONLY};
  late_one.stamp.asked_depth = 5;
  send(late_one);
  EXPECT_THAT(got(), IsEmpty());
}

TEST_F(MergedPackets, ASideFromBeforeAGapIsNotShownAfterIt) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", depth(5));
  asked();
  send({kDepthPacket, 10, 9, 0, 0, {}, {8}, {11}});
  got();
  unsubscribe(2, "INFY", depth(5));
  asked();  // no book is asked for
  subscribe(2, "INFY", depth(5));
  asked();
  send({kBookOnly, 0, 0, 0, 0, {}, {7}, {}, BGW_BOOK_BIDS_ONLY});
  EXPECT_THAT(got(), IsEmpty());
  send({kBookOnly, 0, 0, 0, 0, {}, {}, {12}, BGW_BOOK_ASKS_ONLY});
  EXPECT_THAT(got(), ElementsAre("2: INFY.NSE 4/5 as 5 #3 ltp 10 1x1 b7 a12"));
}

TEST_F(MergedPackets, WhatIsSuspectIsMarkedUntilItIsFilledAgain) {
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  subscribe(4, "INFY", depth(5));
  subscribe(4, "INFY", kQuote);
  asked();
  send({kDepthPacket, 10, 9, 0, 0, {}, {8}, {11}});
  got();
  adapter_.channel.writer().suspect(0, BGW_MODE_DEPTH, "a gap");
  got();
  const Outcome again = subscribe(4, "INFY", depth(5));
  const TopicId book = again.topic;
  EXPECT_EQ(router_.topics()[book].state, SubscriptionState::pending);
  EXPECT_EQ(router_.note(book), "a gap");
  EXPECT_THAT(snapshot(4, again), testing::HasSubstr(" suspect"));
  EXPECT_EQ(late(depth(5)), "") << "without extras no old value is sent";
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #1 ltp 10 age 2250 open 9") << "the quote is as good as ever";
  send({kQuotePacket, 11, 9});
  got();
  EXPECT_EQ(late(depth(5)), "") << "a quote fills no book";
  send({kBookOnly, 0, 0, 0, 0, {}, {7}, {12}});
  got();
  EXPECT_EQ(router_.topics()[book].state, SubscriptionState::active);
  EXPECT_EQ(router_.note(book), "");
  EXPECT_EQ(late(depth(5)), "INFY.NSE 4/5 as 5 #2 ltp 11 1x1 age 2250 b7 a12 open 9");
}

TEST_F(MergedPackets, OtherUnitsForgetAllThatWasSaidBefore) {
  subscribe(1, "INFY", depth(5));
  subscribe(1, "INFY", kQuote);
  asked();
  send({kDepthPacket, 10, 9, 400, 77, {{BGW_VALUE_DELTA, 0, 3}}, {8}, {11}});
  got();
  Part other{kQuotePacket, 1'000, 0, 500};
  other.stamp.exponents = {-11, 0};
  send(other);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 2 #2 ltp 1000 oi 500 e-11"));
  EXPECT_EQ(late(kQuote), "INFY.NSE 2 #2 ltp 1000 age 2250 oi 500 e-11");
  EXPECT_EQ(late(depth(5)), "") << "the book is in the old units";
}

// The book is of fewer levels than are asked for, so that it is not kept; its frame must not have an old last price.
TEST_F(MergedPackets, ALastPriceInOldUnitsIsNeverShownInNewOnes) {
  subscribe(1, "INFY", depth(5));
  asked();
  send({kDepthPacket, 10, 9, 0, 0, {}, {8}, {11}});
  got();
  subscribe(2, "INFY", depth(20));
  asked();
  Part other{kBookOnly, 0, 0, 0, 0, {}, {800}, {1100}};
  other.stamp.exponents = {-11, 0};
  other.stamp.asked_depth = 5;
  send(other);
  for (const std::string& frame : got()) EXPECT_EQ(frame.find("ltp 10 "), std::string::npos) << frame;
  Part price{kQuotePacket, 1'000};
  price.stamp.exponents = {-11, 0};
  send(price);
  got();
  EXPECT_EQ(late(kLtp), "INFY.NSE 1 #0 ltp 1000 age 2250");
}

}  // namespace
}  // namespace gw::routing
