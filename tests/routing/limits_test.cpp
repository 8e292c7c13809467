// A broker's own limits: what goes where, what is given in place, and what is refused with which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Two connections of three instruments; twenty levels count two, and one connection has but one of them.
class LimitsTest : public testing::Test {
 protected:
  LimitsTest() {
    const bgw_depth_limit deep{20, 1, 2, 0};
    router_.add_shard(port_);
    bgw_limits limits{};
    limits.size = sizeof limits;
    limits.instruments_per_connection = 3;
    limits.connections_per_account = 2;
    limits.depth_limit_count = 1;
    limits.depth_limits = &deep;
    broker_ = router_.add_broker(
        {"angel", "angel", angel_capabilities(), &adapter_.channel, "", registry::Limits(limits), false});
    router_.group_for("", {broker_});
    std::vector<Listed> rows;
    instruments::Index::Builder builder(10);
    for (const char* symbol : {"A", "B", "C", "D", "E", "F", "G"}) {
      instruments::InstrumentView view;
      view.symbol = symbol;
      view.exchange = "NSE";
      view.token = symbol;
      builder.add(view);
    }
    router_.set_index("angel", std::make_shared<const instruments::Index>(std::move(builder).build()));
    router_.open(1, kDefaultGroup, Variant::extras, false, 100);
    router_.open(2, kDefaultGroup, Variant::plain, false, 100);
    adapter_.link(bus::LinkState::connected);
    router_.drain(10);
  }
  Outcome subscribe(SessionId session, const char* symbol, Stream stream) {
    return router_.subscribe(session, symbol, "NSE", stream);
  }
  // The broker has books of fifty levels only, and one at a time.
  void give_one_place_for_fifty_levels() {
    const bgw_depth_limit deep{50, 1, 1, 0};
    bgw_limits limits{};
    limits.size = sizeof limits;
    limits.connections_per_account = 1;
    limits.depth_limit_count = 1;
    limits.depth_limits = &deep;
    bgw_capability fifty{"NSE", 7, 0, 1, {50}, 0};
    router_.attach_broker(broker_, {"angel", "angel", registry::Capabilities({&fifty, 1}), &adapter_.channel, "",
                                    registry::Limits(limits), false});
  }
  // "A mode 1 at 0" of what was asked since the last call.
  std::vector<std::string> asked() {
    router_.flush_demand();
    std::vector<std::string> out;
    bus::Ring& ring = adapter_.channel.demand();
    for (auto record = ring.front(); !record.empty(); record = ring.front()) {
      const bus::Demand d = bus::view_demand(record);
      std::string text(d.symbol);
      text += d.mode == 0 ? " none" : " mode " + std::to_string(d.mode);
      if (d.depth_level != 0) text += '/' + std::to_string(d.depth_level);
      out.push_back(text + " at " + std::to_string(d.connection));
      ring.release();
    }
    return out;
  }

  FakeEncoder encoder_;
  FakePort port_;
  FakeAdapter adapter_;
  Router router_{encoder_, port_, {[] { return std::int64_t{1}; }, [] { return std::int64_t{1}; }}, [] {
                   return std::string("epoch");
                 }};
  BrokerId broker_ = 0;
};

TEST_F(LimitsTest, ConnectionsFillOneAfterTheOther) {
  for (const char* symbol : {"A", "B", "C", "D"}) EXPECT_EQ(subscribe(1, symbol, kLtp).code, Code::ok);
  EXPECT_THAT(asked(), ElementsAre("A mode 1 at 0", "B mode 1 at 0", "C mode 1 at 0", "D mode 1 at 1"));
}

TEST_F(LimitsTest, WhenAllAreFullTheAnswerNamesTheLimit) {
  for (const char* symbol : {"A", "B", "C", "D", "E", "F"}) EXPECT_EQ(subscribe(1, symbol, kLtp).code, Code::ok);
  asked();
  const Outcome refused = subscribe(1, "G", kLtp);
  EXPECT_EQ(refused.code, Code::subscription_limit);
  EXPECT_EQ(refused.detail, "broker angel allows 2 connections of 3 instruments each, and all are in use");
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_EQ(subscribe(2, "A", kQuote).code, Code::ok) << "another mode of what is there takes no room";
  router_.unsubscribe(1, "B", "NSE", kLtp);
  EXPECT_EQ(subscribe(1, "G", kLtp).code, Code::ok);
  EXPECT_THAT(asked(), ElementsAre("A mode 2 at 0", "B none at 0", "G mode 1 at 0"));
}

TEST_F(LimitsTest, DeepBooksBeyondTheirCapAreGivenWithFewerLevels) {
  EXPECT_EQ(subscribe(1, "A", depth(20)).actual_depth, 20);
  EXPECT_EQ(subscribe(1, "B", depth(20)).actual_depth, 20);
  EXPECT_EQ(subscribe(1, "C", depth(20)).actual_depth, 5);
  EXPECT_THAT(asked(), ElementsAre("A mode 4/20 at 0", "B mode 4/20 at 1", "C mode 4/5 at 0"));
  // When one goes, the next who asks gets all levels, and so do those who had fewer.
  router_.unsubscribe(1, "A", "NSE", depth(20));
  EXPECT_EQ(subscribe(2, "C", depth(20)).actual_depth, 20);
  EXPECT_THAT(asked(), ElementsAre("A none at 0", "C mode 4/20 at 0"));
}

TEST_F(LimitsTest, WhatDoesNotFitWhereItIsMoves) {
  for (const char* symbol : {"A", "B", "C"}) subscribe(1, symbol, kLtp);
  asked();
  EXPECT_EQ(subscribe(1, "A", depth(20)).actual_depth, 20);
  EXPECT_THAT(asked(), ElementsAre("A mode 4/20 at 1"));
}

TEST_F(LimitsTest, WhatFitsNowhereInFullStaysWithFewerLevels) {
  for (const char* symbol : {"A", "B", "C", "D", "E", "F"}) subscribe(1, symbol, kLtp);
  asked();
  EXPECT_EQ(subscribe(1, "A", depth(20)).actual_depth, 5);
  EXPECT_THAT(asked(), ElementsAre("A mode 4/5 at 0"));
}

TEST_F(LimitsTest, RoomThatIsFreedGoesToWhatWaits) {
  bgw_limits fewer{};
  fewer.size = sizeof fewer;
  fewer.instruments_per_connection = 1;
  fewer.connections_per_account = 1;
  subscribe(1, "A", kLtp);
  subscribe(1, "B", kLtp);
  router_.attach_broker(
      broker_, {"angel", "angel", angel_capabilities(), &adapter_.channel, "", registry::Limits(fewer), false});
  ASSERT_EQ(port_.refusals.size(), 1U);
  const bool a_waits = port_.refusals[0].find("A.NSE") != std::string::npos;
  EXPECT_THAT(port_.refusals[0], testing::HasSubstr("allows 1 connection of 1 instruments, and all are in use"));
  asked();
  router_.unsubscribe(1, a_waits ? "B" : "A", "NSE", kLtp);
  router_.review();
  EXPECT_THAT(asked(), testing::Contains(std::string(a_waits ? "A" : "B") + " mode 1 at 0"));
}

TEST_F(LimitsTest, RoomThatIsFreedGoesToWhoHasWaitedLongest) {
  subscribe(1, "A", depth(20));
  subscribe(1, "B", depth(20));
  const Outcome c = subscribe(1, "C", depth(20));
  const Outcome d = subscribe(1, "D", depth(20));
  EXPECT_EQ(router_.topics()[d.topic].info.broker_message,
            "Depth level 20 not available, using 5: broker angel allows 2 connections of 3 instruments each, and all "
            "are in use");
  asked();
  router_.unsubscribe(1, "A", "NSE", depth(20));
  router_.review();
  EXPECT_EQ(router_.topics()[c.topic].info.actual_depth, 20);
  EXPECT_EQ(router_.topics()[c.topic].info.broker_message, "");
  EXPECT_EQ(router_.topics()[d.topic].info.actual_depth, 5);
}

TEST_F(LimitsTest, WhoAsksForAnInstrumentThatWaitsDoesNotTakeThePlaceOfWhoAskedBefore) {
  router_.open(3, kDefaultGroup, Variant::extras, false, 100);
  subscribe(1, "A", depth(20));
  subscribe(1, "B", depth(20));
  const Outcome c = subscribe(1, "C", depth(20));
  const Outcome d = subscribe(3, "D", depth(20));
  subscribe(2, "C", depth(20));
  router_.unsubscribe(1, "C", "NSE", depth(20));
  router_.unsubscribe(1, "A", "NSE", depth(20));
  port_.subscriptions.clear();
  router_.review();
  EXPECT_EQ(router_.topics()[d.topic].info.actual_depth, 20);
  EXPECT_THAT(port_.subscriptions, ElementsAre(std::pair(d.topic, SessionId{3}))) << "and is told";
  EXPECT_EQ(router_.topics()[c.topic].info.actual_depth, 5);
}

TEST_F(LimitsTest, ACutTakesNoPlaceFromAnotherCut) {
  give_one_place_for_fifty_levels();
  subscribe(1, "A", depth(20));
  asked();
  EXPECT_EQ(subscribe(2, "B", depth(20)).code, Code::subscription_limit);
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_THAT(port_.refusals, IsEmpty()) << "who came first keeps it";
}

TEST_F(LimitsTest, WhoAsksForExactlyALevelGoesBeforeWhoIsServedByACutFromIt) {
  give_one_place_for_fifty_levels();
  const Outcome cut = subscribe(1, "A", depth(20));
  EXPECT_EQ(cut.actual_depth, 20);
  EXPECT_EQ(router_.topics()[cut.topic].info.broker_message, "");
  EXPECT_THAT(asked(), ElementsAre("A mode 4/50 at 0"));
  EXPECT_EQ(subscribe(2, "B", depth(50)).actual_depth, 50);
  EXPECT_THAT(asked(), ElementsAre("A none at 0", "B mode 4/50 at 0"));
  ASSERT_EQ(port_.refusals.size(), 1U);
  EXPECT_THAT(port_.refusals[0], testing::HasSubstr("all are in use"));
  router_.unsubscribe(2, "B", "NSE", depth(50));
  router_.review();
  EXPECT_THAT(asked(), ElementsAre("B none at 0", "A mode 4/50 at 0")) << "and has it back when that one leaves";
}

}  // namespace
}  // namespace gw::routing
