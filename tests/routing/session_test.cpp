#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Sessions : public RouterTest {
 protected:
  std::vector<std::string> held(SessionId session) {
    std::vector<std::string> out;
    for (const TopicId topic : router_.clients().topics_of(session)) {
      const TopicInfo& h = router_.topics()[topic].info;
      out.push_back(h.symbol + ' ' + std::to_string(h.stream.mode) + '/' + std::to_string(h.stream.depth_level) +
                    " as " + std::to_string(h.actual_depth));
    }
    return out;
  }
};

TEST_F(Sessions, TheListShowsWhatIsHeld) {
  subscribe(1, "INFY", kQuote);
  subscribe(1, "TCS", depth(50));
  subscribe(2, "SBIN", kLtp);
  EXPECT_THAT(held(1), UnorderedElementsAre("INFY 2/0 as 0", "TCS 4/50 as 20"));
  EXPECT_THAT(held(3), IsEmpty());
}

TEST_F(Sessions, UnsubscribeEndsTheModeNamedOnly) {
  subscribe(1, "INFY", kLtp);
  subscribe(1, "INFY", kQuote);
  EXPECT_EQ(unsubscribe(1, "INFY", depth(0)), Code::not_subscribed);
  EXPECT_EQ(unsubscribe(1, "INFY", kLtp), Code::ok);
  EXPECT_THAT(held(1), ElementsAre("INFY 2/0 as 0"));
}

TEST_F(Sessions, UnsubscribeWithoutALevelEndsEveryDepthWithOneThatOnly) {
  for (const int level : {5, 20, 50}) subscribe(1, "INFY", depth(level));
  EXPECT_EQ(unsubscribe(1, "INFY", depth(30)), Code::not_subscribed);
  EXPECT_EQ(unsubscribe(1, "INFY", depth(20)), Code::ok);
  EXPECT_THAT(held(1), UnorderedElementsAre("INFY 4/5 as 5", "INFY 4/50 as 20"));
  EXPECT_EQ(unsubscribe(1, "INFY", depth(0)), Code::ok);
  EXPECT_THAT(held(1), IsEmpty());
}

TEST_F(Sessions, UnsubscribeEndsNothingOfAnother) {
  subscribe(1, "INFY", kQuote);
  EXPECT_EQ(unsubscribe(2, "INFY", kQuote), Code::not_subscribed);
  EXPECT_EQ(unsubscribe(2, "NOPE", kQuote), Code::not_subscribed);
  EXPECT_EQ(unsubscribe(1, "INFY", {9, 0}), Code::not_subscribed);
  EXPECT_EQ(held(1).size(), 1U);
}

TEST_F(Sessions, UnsubscribeAllCountsAndLeavesNothing) {
  subscribe(1, "INFY", kQuote);
  subscribe(1, "INFY", depth(5));
  subscribe(1, "TCS", kLtp);
  asked();
  EXPECT_EQ(router_.unsubscribe_all(1), 3U);
  EXPECT_EQ(router_.unsubscribe_all(1), 0U);
  EXPECT_THAT(asked(), UnorderedElementsAre("0 INFY.NSE none", "1 TCS.NSE none"));
}

TEST_F(Sessions, TheLimitRefusesOneMoreButNotWhatIsHeld) {
  router_.open(4, kDefaultGroup, Variant::plain, false, 2);
  subscribe(4, "INFY", kQuote);
  subscribe(4, "INFY", kLtp);
  EXPECT_EQ(subscribe(4, "TCS", kQuote).code, Code::subscription_limit);
  EXPECT_EQ(subscribe(4, "INFY", kLtp).code, Code::ok);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 2 token 1"));
  EXPECT_EQ(router_.brokers()[angel_].routes().named_count(), 1U) << "the refused one left nothing behind";
  router_.unsubscribe(4, "INFY", "NSE", kLtp);
  EXPECT_EQ(subscribe(4, "TCS", kQuote).code, Code::ok);
}

TEST_F(Sessions, ACapabilityThatIsMissingIsNamedWithWhatThereIs) {
  const Outcome no_depth = subscribe(1, "NIFTY", depth(5), "NSE_INDEX");
  EXPECT_EQ(no_depth.code, Code::broker_limitation);
  EXPECT_EQ(no_depth.detail, "depth");
  EXPECT_THAT(no_depth.supported, IsEmpty());
  const bgw_capability only_ltp{"NSE", BGW_MODE_LTP, 0, 0, {}, 0};
  router_.attach_broker(angel_,
                        {"angel", "angel", registry::Capabilities({&only_ltp, 1}), &adapter_.channel, "", {}, false});
  const Outcome no_quote = subscribe(1, "INFY", kQuote);
  EXPECT_EQ(no_quote.code, Code::broker_limitation);
  EXPECT_EQ(no_quote.detail, "mode");
  EXPECT_THAT(no_quote.supported, ElementsAre(1));
}

TEST_F(Sessions, ASymbolIsLookedForBeforeTheCapability) {
  EXPECT_EQ(subscribe(1, "NOPE", depth(5), "NSE_INDEX").code, Code::symbol_not_found);
  EXPECT_EQ(subscribe(1, "INFY", kQuote, "MCX").code, Code::symbol_not_found);
}

TEST_F(Sessions, AFallbackIsConfirmedWithTheActualDepth) {
  const Outcome outcome = subscribe(1, "INFY", depth(50));
  EXPECT_EQ(outcome.actual_depth, 20);
  EXPECT_EQ(router_.topics()[outcome.topic].info.broker_message,
            "Angel broker only supports up to 20 depth levels for NSE");
}

TEST_F(Sessions, ABrokerThatIsNotThereRefusesWithItsReason) {
  const BrokerId absent =
      router_.add_broker({"zerodha", "zerodha", angel_capabilities(), nullptr, "no plugin", {}, false});
  router_.open(4, router_.group_for("absent", {absent}), Variant::plain, false, 10);
  const Outcome outcome = subscribe(4, "INFY", kQuote);
  EXPECT_EQ(outcome.code, Code::broker_unavailable);
  EXPECT_EQ(outcome.detail, "no plugin");
  EXPECT_FALSE(got().size());
}

TEST_F(Sessions, ALinkThatIsDownNeverFailsASubscription) {
  using bus::LinkState;
  const char* const symbols[] = {"INFY", "TCS", "SBIN"};
  std::size_t i = 0;
  for (const LinkState state : {LinkState::reconnecting, LinkState::failed, LinkState::auth_expired}) {
    adapter_.link(state, "why");
    router_.drain(10);
    EXPECT_EQ(subscribe(1, symbols[i++], kQuote).code, Code::ok) << bus::word(state);
    EXPECT_EQ(asked().size(), 1U);
  }
}

TEST_F(Sessions, LinkStatesAreKeptAndTold) {
  adapter_.link(bus::LinkState::reconnecting, "link lost");
  router_.drain(10);
  EXPECT_EQ(router_.brokers()[angel_].state(), bus::LinkState::reconnecting);
  EXPECT_EQ(router_.brokers()[angel_].state_message(), "link lost");
  EXPECT_THAT(port_.changes, ElementsAre(angel_));
}

TEST_F(Sessions, TwoBrokersServeTheirOwnSessions) {
  FakeAdapter other;
  const BrokerId zerodha =
      router_.add_broker({"zerodha", "zerodha", angel_capabilities(), &other.channel, "", {}, false});
  router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}}));
  router_.open(4, router_.group_for("zerodha", {zerodha}), Variant::plain, false, 10);
  subscribe(1, "INFY", kLtp);
  subscribe(4, "INFY", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  EXPECT_THAT(other.asked(), ElementsAre("0 INFY.NSE mode 1 token z1"));
  other.tick(0, kLtpPacket, 8);
  EXPECT_THAT(got(), ElementsAre("4: INFY.NSE 1 #1 ltp 8"));
  EXPECT_EQ(router_.brokers().find("zerodha"), zerodha);
  EXPECT_EQ(router_.brokers().find("upstox"), std::nullopt);
}

TEST_F(Sessions, AClosedSessionsPlaceCanBeTakenAnew) {
  subscribe(1, "INFY", kLtp);
  router_.close(1);
  router_.open(1, kDefaultGroup, Variant::plain, false, 10);
  EXPECT_THAT(held(1), IsEmpty());
  EXPECT_TRUE(subscribe(1, "INFY", kLtp).is_new);
}

}  // namespace
}  // namespace gw::routing
