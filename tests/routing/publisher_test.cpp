#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Publishing : public RouterTest {
 protected:
  FakePublisher publisher_;
};

TEST_F(Publishing, WhatClientsHoldGoesOutPlainUnderSymbolExchangeAndMode) {
  router_.publish_to(publisher_, {});
  router_.open(4, kDefaultGroup, Variant::extras, false, 10);
  subscribe(4, "INFY", depth(50));
  asked();
  adapter_.book(0, 10, 20, 20);
  got();
  EXPECT_THAT(publisher_.published, ElementsAre("INFY.NSE.4 <- INFY.NSE 4/50 as 20 #1 ltp 10 20x20"));
}

TEST_F(Publishing, NothingGoesOutThatNobodyAskedFor) {
  router_.publish_to(publisher_, {});
  subscribe(1, "INFY", kQuote);
  asked();
  adapter_.tick(0, kLtpPacket, 10);
  unsubscribe(1, "INFY", kQuote);
  adapter_.tick(0, kQuotePacket, 10);
  got();
  EXPECT_THAT(publisher_.published, IsEmpty());
}

TEST_F(Publishing, APinIsWantedInEveryModeWithoutAClient) {
  router_.publish_to(publisher_, {{"INFY", "NSE"}, {"NIFTY", "NSE_INDEX"}});
  EXPECT_THAT(asked(), UnorderedElementsAre("0 INFY.NSE mode 4/5 token 1", "1 NIFTY.NSE_INDEX mode 2 token 5"));
  adapter_.book(0, 10, 5, 5);
  got();
  EXPECT_THAT(publisher_.published,
              ElementsAre("INFY.NSE.1 <- INFY.NSE 1 #1 ltp 10", "INFY.NSE.2 <- INFY.NSE 2 #1 ltp 10",
                          "INFY.NSE.4 <- INFY.NSE 4/5 as 5 #1 ltp 10 5x5"));
  EXPECT_THAT(port_.delivered, IsEmpty());
}

TEST_F(Publishing, APinStaysWhenItsLastClientLeaves) {
  router_.publish_to(publisher_, {{"INFY", "NSE"}});
  subscribe(1, "INFY", depth(20));
  subscribe(1, "INFY", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1", "0 INFY.NSE mode 4/20 token 1"));
  router_.close(1);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1"));
}

TEST_F(Publishing, APinThatTheListLacksIsMissingUntilAListHasIt) {
  router_.publish_to(publisher_, {{"WIPRO", "NSE"}});
  ASSERT_EQ(router_.pinned().missing_pins().size(), 1U);
  EXPECT_EQ(router_.pinned().missing_pins()[0].symbol, "WIPRO");
  EXPECT_THAT(asked(), IsEmpty());
  router_.set_index("angel", index_of({{"WIPRO", "NSE", "9"}}));
  EXPECT_THAT(router_.pinned().missing_pins(), IsEmpty());
  EXPECT_THAT(asked(), ElementsAre("0 WIPRO.NSE mode 4/5 token 9"));
}

TEST_F(Publishing, OnlyTheBrokerNamedIsPublished) {
  FakeAdapter other;
  const BrokerId zerodha =
      router_.add_broker({"zerodha", "zerodha", angel_capabilities(), &other.channel, "", {}, false});
  router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}}));
  router_.publish_to(publisher_, {});
  router_.open(4, router_.group_for("zerodha", {zerodha}), Variant::plain, false, 10);
  subscribe(4, "INFY", kLtp);
  asked();
  other.tick(0, kLtpPacket, 8);
  EXPECT_EQ(got().size(), 1U);
  EXPECT_THAT(publisher_.published, IsEmpty());
}

class SubscribedTopicsTest : public Publishing {
 protected:
  void SetUp() override {
    Publishing::SetUp();
    router_.publish_to(publisher_, {});
    router_.subscribed().set_limit(2);
  }
  void begin(std::string_view name) { router_.subscribed().begin(name); }
  void end(std::string_view name) { router_.subscribed().end(name); }
};

TEST_F(SubscribedTopicsTest, AreWantedUntilTheLastSubscriberLeaves) {
  begin("INFY.NSE.4");
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1"));
  adapter_.book(0, 10, 5, 5);
  got();
  EXPECT_THAT(publisher_.published, ElementsAre("INFY.NSE.4 <- INFY.NSE 4/5 as 5 #1 ltp 10 5x5"));
  end("INFY.NSE.4");
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none"));
  EXPECT_EQ(router_.subscribed().count(), 0U);
}

TEST_F(SubscribedTopicsTest, ShowTheLastValueToEachThatComes) {
  begin("INFY.NSE.1");
  asked();
  EXPECT_THAT(publisher_.published, IsEmpty());
  adapter_.tick(0, kLtpPacket, 10);
  got();
  publisher_.published.clear();
  begin("INFY.NSE.1");
  ASSERT_EQ(publisher_.published.size(), 1U);
  EXPECT_THAT(publisher_.published[0], testing::HasSubstr("ltp 10"));
}

TEST_F(SubscribedTopicsTest, AndClientsDoNotEndEachOther) {
  begin("INFY.NSE.2");
  subscribe(1, "INFY", kQuote);
  asked();
  unsubscribe(1, "INFY", kQuote);
  EXPECT_THAT(asked(), IsEmpty());
  subscribe(1, "INFY", kQuote);
  end("INFY.NSE.2");
  EXPECT_THAT(asked(), IsEmpty());
  unsubscribe(1, "INFY", kQuote);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none"));
}

TEST_F(SubscribedTopicsTest, AreWholeNames) {
  for (const char* name : {"", ".", "..", "...", "INFY", "INFY.NSE", "INFY.NSE.", "INFY.NSE.11", ".NSE.1", "INFY..1",
                           "NSE.1", ".1", "INFY.NSE.x", "INFY.NSE.3"})
    begin(name);
  EXPECT_THAT(asked(), IsEmpty());
  for (const char* name : {"", "INFY", "TCS.NSE.1"}) end(name);
}

TEST_F(SubscribedTopicsTest, AreBounded) {
  for (const char* name : {"INFY.NSE.1", "TCS.NSE.1", "SBIN.NSE.1"}) begin(name);
  EXPECT_EQ(asked().size(), 2U);
  end("INFY.NSE.1");
  begin("SBIN.NSE.1");
  EXPECT_EQ(router_.subscribed().count(), 2U);
}

TEST_F(SubscribedTopicsTest, WaitForAList) {
  begin("WIPRO.NSE.1");
  EXPECT_THAT(asked(), IsEmpty());
  router_.set_index("angel", index_of({{"WIPRO", "NSE", "9"}}));
  EXPECT_THAT(asked(), ElementsAre("0 WIPRO.NSE mode 1 token 9"));
  end("WIPRO.NSE.1");
  EXPECT_THAT(asked(), ElementsAre("0 WIPRO.NSE none"));
}

}  // namespace
}  // namespace gw::routing
