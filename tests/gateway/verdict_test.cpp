#include "apps/gateway/monitoring/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gw::app {
namespace {

using bus::FeedState;
using bus::LinkState;

FeedView feed_of(const char* exchange, FeedState state, const char* market, std::size_t served = 1) {
  FeedView feed;
  feed.exchange = exchange;
  feed.state = state;
  feed.market = market;
  feed.served = served;
  feed.message = "no tick since 09:15";
  return feed;
}

BrokerView broker_of(LinkState state, std::vector<FeedView> feeds) {
  BrokerView broker;
  broker.name = "one";
  broker.is_active = true;
  broker.state = state;
  broker.message = "the token died";
  broker.next_step = "brokers retry one";
  broker.feeds = std::move(feeds);
  return broker;
}

TEST(Verdict, LiveAndQuietFeedsAreWell) {
  EXPECT_TRUE(judge({broker_of(LinkState::connected,
                               {feed_of("NSE", FeedState::live, "open"), feed_of("BSE", FeedState::quiet, "open")})})
                  .is_ready());
}

TEST(Verdict, AStaleFeedIsAProblemWhateverTheCalendarSays) {
  const Verdict verdict = judge({broker_of(LinkState::connected, {feed_of("NSE", FeedState::stale, "closed")})});
  ASSERT_EQ(verdict.problems.size(), 1U);
  const Problem& problem = verdict.problems[0];
  EXPECT_EQ(problem.exchange, "NSE");
  EXPECT_EQ(problem.status, "stale");
  EXPECT_THAT(problem.text(), testing::StartsWith("one, NSE: stale: no tick since 09:15; next: "));
}

TEST(Verdict, AStaleFeedThatNobodyIsServedFromIsNoProblem) {
  const Verdict verdict = judge({broker_of(LinkState::connected, {feed_of("NSE", FeedState::stale, "open", 0)})});
  EXPECT_TRUE(verdict.is_ready());
  EXPECT_EQ(verdict.others.size(), 1U);
}

// It would be stale if it were judged so: then its instruments trade.
TEST(Verdict, AFeedThatOnlyItsLinkCutOffIsNoProblemInAClosedMarket) {
  FeedView feed = feed_of("NSE", FeedState::stale, "closed");
  feed.is_cut_off = true;
  EXPECT_TRUE(judge({broker_of(LinkState::reconnecting, {feed})}).is_ready());
  feed.market = "open";
  EXPECT_FALSE(judge({broker_of(LinkState::reconnecting, {feed})}).is_ready());
}

TEST(Verdict, ALostLinkIsAProblemOnlyWhileAMarketIsOpen) {
  const auto with = [](const char* market, bool always_open) {
    BrokerView broker = broker_of(LinkState::auth_expired, {feed_of("NSE", FeedState::live, market)});
    broker.always_open = always_open;
    return judge({broker});
  };
  EXPECT_FALSE(with("open", false).is_ready());
  EXPECT_FALSE(with("pre_open", false).is_ready());
  EXPECT_TRUE(with("closed", false).is_ready());
  EXPECT_EQ(with("closed", false).others.size(), 1U);
  EXPECT_FALSE(with("closed", true).is_ready());
}

TEST(Verdict, WhereNothingIsWantedTheActiveBrokerMustBeConnected) {
  EXPECT_TRUE(judge({broker_of(LinkState::connected, {})}).is_ready());
  const Verdict verdict = judge({broker_of(LinkState::failed, {})});
  ASSERT_EQ(verdict.problems.size(), 1U);
  EXPECT_THAT(verdict.problems[0].next_step, testing::HasSubstr("brokers retry one"));
}

TEST(Verdict, ADisabledBrokerThatNobodyUsesIsNotMentioned) {
  BrokerView other = broker_of(LinkState::disconnected, {});
  other.is_active = other.enabled = false;
  const Verdict verdict = judge({broker_of(LinkState::connected, {}), other});
  EXPECT_TRUE(verdict.is_ready());
  EXPECT_TRUE(verdict.others.empty());
}

}  // namespace
}  // namespace gw::app
