#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Demand : public RouterTest {};

TEST_F(Demand, TheFirstSubscriptionAsksTheBrokerLaterOnesDoNot) {
  subscribe(1, "INFY", kQuote);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  EXPECT_EQ(adapter_.names, "theirs@THERE");
  subscribe(2, "INFY", kQuote);
  subscribe(3, "INFY", kLtp);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Demand, TheBrokerIsToldWhenTheLastOneLeaves) {
  subscribe(1, "INFY", kQuote);
  subscribe(2, "INFY", kQuote);
  asked();
  unsubscribe(1, "INFY", kQuote);
  EXPECT_THAT(asked(), IsEmpty());
  router_.close(2);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none"));
}

TEST_F(Demand, SubscribingTwiceCountsOnce) {
  EXPECT_TRUE(subscribe(1, "INFY", kQuote).is_new);
  EXPECT_FALSE(subscribe(1, "INFY", kQuote).is_new);
  asked();
  EXPECT_EQ(unsubscribe(1, "INFY", kQuote), Code::ok);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none"));
  EXPECT_EQ(unsubscribe(1, "INFY", kQuote), Code::not_subscribed);
}

TEST_F(Demand, TheRichestModeServesAllAndFallsBackWhenItsHolderLeaves) {
  subscribe(1, "INFY", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  subscribe(2, "INFY", depth(20));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/20 token 1"));
  subscribe(3, "INFY", kQuote);
  EXPECT_THAT(asked(), IsEmpty());
  unsubscribe(2, "INFY", depth(20));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  unsubscribe(3, "INFY", kQuote);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
}

TEST_F(Demand, TwoDepthsOfOneSymbolAskTheBrokerOnceForTheDeeper) {
  subscribe(1, "INFY", depth(5));
  subscribe(2, "INFY", depth(20));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/20 token 1"));
  unsubscribe(2, "INFY", depth(20));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/5 token 1"));
}

TEST_F(Demand, NoMoreIsAskedThanTheBrokerHas) {
  subscribe(1, "INFY", depth(50));
  subscribe(2, "INFY", depth(50), "BSE");
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 4/20 token 1", "1 INFY.BSE mode 4/5 token 4"));
}

TEST_F(Demand, WhatIsTakenBackBeforeTheFlushNeverReachesTheBroker) {
  subscribe(1, "INFY", kQuote);
  unsubscribe(1, "INFY", kQuote);
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_EQ(router_.brokers()[angel_].routes().named_count(), 0U);
  subscribe(1, "INFY", kQuote);
  asked();
  unsubscribe(1, "INFY", kQuote);
  subscribe(2, "INFY", kQuote);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Demand, RingsTheAdapterOnlyWhenSomethingIsAsked) {
  FakeAdapter& a = adapter_;
  const auto rung = [&a] {
    std::uint64_t count = 0;
    const bool is = ::read(a.channel.adapter_bell().descriptor(), &count, sizeof count) > 0;
    a.channel.adapter_bell().answer();
    return is;
  };
  router_.flush_demand();
  EXPECT_FALSE(rung());
  subscribe(1, "INFY", kQuote);
  router_.flush_demand();
  EXPECT_TRUE(rung());
  router_.flush_demand();
  EXPECT_FALSE(rung());
}

TEST_F(Demand, ABadRequestNeverReachesTheBroker) {
  EXPECT_EQ(subscribe(1, "NOPE", kQuote).code, Code::symbol_not_found);
  EXPECT_EQ(subscribe(1, "infy", kQuote).code, Code::symbol_not_found);
  EXPECT_EQ(subscribe(1, "NIFTY", depth(5), "NSE_INDEX").code, Code::broker_limitation);
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_EQ(router_.brokers()[angel_].routes().named_count(), 0U);
}

TEST(DemandRing, ThatIsTooSmallDelaysDemandButLosesNone) {
  FakeEncoder encoder;
  FakePort port;
  FakeAdapter adapter(256);
  const auto no_time = [] { return std::int64_t{0}; };
  Router router(encoder, port, {no_time, no_time}, [] { return std::string("epoch"); });
  router.add_shard(port);
  const BrokerId angel = router.add_broker({"angel", "angel", angel_capabilities(), &adapter.channel, "", {}, false});
  instruments::Index::Builder builder(50);
  for (int i = 0; i < 50; ++i) {
    const std::string symbol = "S" + std::to_string(i);
    instruments::InstrumentView view;
    view.symbol = symbol;
    view.exchange = "NSE";
    view.token = symbol;
    builder.add(view);
  }
  router.set_index("angel", std::make_shared<const instruments::Index>(std::move(builder).build()));
  router.open(1, router.group_for("", {angel}), Variant::plain, false, 100);
  for (int i = 0; i < 50; ++i) router.subscribe(1, "S" + std::to_string(i), "NSE", kLtp);
  router.flush_demand();
  std::vector<std::string> all;
  for (int turn = 0; turn < 100 && all.size() < 50; ++turn) {
    for (std::string& text : adapter.asked()) all.push_back(std::move(text));
    adapter.channel.writer().wake_reader();
    router.drain(10);
  }
  EXPECT_EQ(all.size(), 50U);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace gw::routing
