#include "apps/gateway/monitoring/broker_words.hpp"

#include <gtest/gtest.h>

namespace gw::app {
namespace {

using bus::FeedState;
using bus::LinkState;

FeedView feed_of(FeedState state, const char* market = "open", bool halted = false) {
  FeedView feed;
  feed.state = state;
  feed.market = market;
  feed.halted = halted;
  return feed;
}

std::string words_of(LinkState state, std::vector<FeedView> feeds = {}, std::size_t wanted = 1, bool enabled = true) {
  BrokerView broker;
  broker.enabled = enabled;
  broker.state = state;
  broker.wanted = wanted;
  broker.feeds = std::move(feeds);
  return broker_words(broker);
}

TEST(BrokerWords, ABrokerIsLiveOnlyWhileLiveTicksComeAndNoneIsStale) {
  const auto live = feed_of(FeedState::live);
  EXPECT_EQ(words_of(LinkState::connected, {live, feed_of(FeedState::quiet)}), "live");
  EXPECT_EQ(words_of(LinkState::connected, {live, feed_of(FeedState::stale)}), "stale");
  EXPECT_EQ(words_of(LinkState::connected, {live}, 0), "no subscription");
  EXPECT_EQ(words_of(LinkState::connected, {feed_of(FeedState::quiet)}), "quiet");
  EXPECT_EQ(words_of(LinkState::connected, {feed_of(FeedState::unknown)}), "waiting");
  EXPECT_EQ(words_of(LinkState::connected), "waiting");
}

TEST(BrokerWords, ADisabledBrokerIsNotLiveWhateverIsLeftOfIt) {
  EXPECT_EQ(words_of(LinkState::connected, {feed_of(FeedState::live)}, 1, false), "disabled");
}

TEST(BrokerWords, AClosedOrHaltedMarketIsNoFault) {
  EXPECT_EQ(words_of(LinkState::connected, {feed_of(FeedState::quiet, "closed")}), "market closed");
  EXPECT_EQ(words_of(LinkState::connected, {feed_of(FeedState::quiet, "open", true)}), "market halted");
}

TEST(BrokerWords, ALinkThatIsDownSaysHow) {
  EXPECT_EQ(words_of(LinkState::connecting), "logging in");
  EXPECT_EQ(words_of(LinkState::reconnecting), "reconnecting");
  EXPECT_EQ(words_of(LinkState::auth_expired), "login expired");
  EXPECT_EQ(words_of(LinkState::failed), "failed");
  EXPECT_EQ(words_of(LinkState::disconnected), "not available");
}

}  // namespace
}  // namespace gw::app
