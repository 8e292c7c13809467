#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

class Snapshot : public RouterTest {};

TEST_F(Snapshot, ThereIsNoneBeforeTheFirstUpdate) { EXPECT_EQ(snapshot(1, subscribe(1, "INFY", kQuote)), ""); }

TEST_F(Snapshot, IsTheLastValueWithTheTopicsSeqAndItsAge) {
  subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 10);
  adapter_.tick(0, kQuotePacket, 11);
  got();
  const Outcome late = subscribe(2, "INFY", kQuote);
  EXPECT_EQ(snapshot(2, late), "INFY.NSE 2 #2 ltp 11 age 2250");
  EXPECT_EQ(router_.topics()[late.topic].seq, 2U) << "a value from memory is no new update";
}

TEST_F(Snapshot, IsSentAgainToWhoHoldsItAlready) {
  subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 10);
  got();
  EXPECT_EQ(snapshot(1, subscribe(1, "INFY", kQuote)), "INFY.NSE 2 #1 ltp 10 age 2250");
}

TEST_F(Snapshot, ALastPublishedFrameIsEncodedOnceForAllWhoMissedItAndAnewForTheNextUpdate) {
  const TopicId topic = subscribe(1, "INFY", kQuote).topic;
  subscribe(2, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 10);
  got();
  const auto published = [&](SessionId session) {
    return std::string(router_.last_published(session, topic)).substr(1);
  };
  const int before = encoder_.encodings;
  EXPECT_EQ(published(2), "INFY.NSE 2 #1 ltp 10");
  EXPECT_EQ(published(2), "INFY.NSE 2 #1 ltp 10");
  EXPECT_EQ(encoder_.encodings, before + 1);
  adapter_.tick(0, kQuotePacket, 11);
  got();
  EXPECT_EQ(published(2), "INFY.NSE 2 #2 ltp 11");
}

TEST_F(Snapshot, AnLtpPacketNeverStandsInForAQuote) {
  subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kLtpPacket, 10);
  got();
  EXPECT_EQ(snapshot(2, subscribe(2, "INFY", kQuote)), "");
  EXPECT_EQ(snapshot(2, subscribe(2, "INFY", kLtp)), "INFY.NSE 1 #0 ltp 10 age 2250");
}

TEST_F(Snapshot, AQuoteServesLtpAndTheLastPacketWins) {
  subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 10);
  got();
  const Outcome ltp = subscribe(2, "INFY", kLtp);
  EXPECT_EQ(snapshot(2, ltp), "INFY.NSE 1 #0 ltp 10 age 2250");
  adapter_.tick(0, kLtpPacket, 12);
  got();
  EXPECT_EQ(snapshot(2, ltp), "INFY.NSE 1 #1 ltp 12 age 2250");
}

TEST_F(Snapshot, ABookIsCutToTheLevelsOfTheTopic) {
  subscribe(1, "INFY", depth(20));
  asked();
  adapter_.book(0, 10, 20, 12);
  got();
  EXPECT_EQ(snapshot(2, subscribe(2, "INFY", depth(5))), "INFY.NSE 4/5 as 5 #0 ltp 10 5x5 age 2250");
}

TEST_F(Snapshot, ABookOfFewerLevelsIsNoneForADeeperTopic) {
  subscribe(1, "INFY", depth(5));
  asked();
  adapter_.book(0, 10, 5, 5);
  got();
  const Outcome deeper = subscribe(2, "INFY", depth(20));
  EXPECT_EQ(snapshot(2, deeper), "") << "the broker has not been asked for more yet";
  asked();
  EXPECT_EQ(snapshot(2, deeper), "") << "asked, but the deeper book is not there yet";
  adapter_.book(0, 11, 20, 20);
  got();
  EXPECT_EQ(snapshot(2, deeper), "INFY.NSE 4/20 as 20 #1 ltp 11 20x20 age 2250");
}

TEST_F(Snapshot, ABookWithoutLtpTakesTheLastKnown) {
  subscribe(1, "INFY", depth(20));
  asked();
  adapter_.tick(0, kLtpPacket, 10);
  adapter_.book(0, 0, 20, 20, BGW_MODE_DEPTH);
  got();
  EXPECT_EQ(snapshot(2, subscribe(2, "INFY", depth(20))), "INFY.NSE 4/20 as 20 #1 ltp 10 20x20 age 2250");
}

TEST_F(Snapshot, ThereIsNoneWhileTheLinkIsDownNorFromBeforeItWas) {
  const Outcome held = subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 10);
  got();
  adapter_.link(bus::LinkState::reconnecting);
  got();
  EXPECT_EQ(snapshot(1, held), "");
  adapter_.link(bus::LinkState::connected);
  got();
  EXPECT_EQ(snapshot(1, held), "");
  adapter_.tick(0, kQuotePacket, 13);
  got();
  EXPECT_EQ(snapshot(1, held), "INFY.NSE 2 #2 ltp 13 age 2250");
}

TEST_F(Snapshot, WhatARicherSubscriptionKnewIsForgottenWhenItEnds) {
  subscribe(1, "INFY", depth(5));
  subscribe(2, "INFY", kLtp);
  asked();
  adapter_.book(0, 10, 5, 5);
  got();
  unsubscribe(1, "INFY", depth(5));
  asked();
  EXPECT_EQ(snapshot(3, subscribe(3, "INFY", kQuote)), "");
}

TEST_F(Snapshot, IsOnlyForWhoHoldsTheTopic) {
  const Outcome held = subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kQuotePacket, 10);
  got();
  EXPECT_EQ(snapshot(2, held), "");
}

TEST_F(Snapshot, AClockThatJumpedBackGivesNoNegativeAge) {
  const Outcome held = subscribe(1, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 10);
  got();
  now_ = 1;
  EXPECT_EQ(snapshot(1, held), "INFY.NSE 1 #1 ltp 10 age 0");
}

}  // namespace
}  // namespace gw::routing
