// A link whose feed goes silent or late: what it says, and that it connects anew at once. Time is the test's.
#include <gmock/gmock.h>

#include "adapter_fixture.hpp"
#include "tests/support/seconds.hpp"

namespace gw::plugin_host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kNoon = 1'764'000'000 * kSecond;

class FeedWatch : public AdapterTest {
 protected:
  void SetUp() override {
    // The link looks every few milliseconds of real time, and sees the test's.
    options_.stall_limit_ns = 32'000'000;
    options_.reconnect.attempts = 0;
    options_.lag_limit_ns = 10 * kSecond;
    options_.monotonic = [this] { return now_; };
    options_.wall = [this] { return kNoon + now_ + wall_jump_; };
    options_.market_open = [this](std::string_view exchange, InstrumentKind kind, std::int64_t) {
      ++looks_;
      return exchange == "NSE" && open_ && kind != closed_kind_;
    };
    start_connected();
    want(1);
    settle();
    forget();
  }
  // Until the link has looked once more.
  void look() {
    run_until([this, before = looks_] { return looks_ != before; });
  }
  void tick(std::int64_t lag = 0) {
    bgw_tick t{};
    t.instrument = 1;
    t.modes = BGW_MODE_LTP;
    t.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME;
    t.exchange_time_ns = options_.wall() - wall_jump_ - lag;
    const bgw_update update{&t, nullptr, nullptr};
    const bgw_host& first = *plugin_->hosts.at(1);
    first.publish(first.context, &update);
  }
  void run_for(std::int64_t ns, std::int64_t lag = 0) {
    for (const std::int64_t end = now_ + ns; now_ < end; now_ += 10'000'000) {
      tick(lag);
      if (now_ % 100'000'000 == 0) look();
    }
    look();
  }

  std::int64_t now_ = kSecond;
  std::int64_t wall_jump_ = 0;
  bool open_ = true;
  std::optional<InstrumentKind> closed_kind_;
  std::uint64_t looks_ = 0;
};

TEST_F(FeedWatch, ASilentFeedIsSaidToBeStaleAndTheLinkConnectsAtOnceAndReplays) {
  run_for(kSecond);
  forget();
  now_ += kSecond;
  run_until([this] { return plugin_->count("subscribe 1:1") == 1; });
  EXPECT_EQ(plugin_->take_calls(), (std::vector<std::string>{"disconnect", "connect", "subscribe 1:1"}));
  EXPECT_THAT(seen().feed, ElementsAre(HasSubstr("stale: no tick for 1.0 s though some are due")));
  EXPECT_EQ(link_->counts().recycles.load(), 1U);
  tick();
  EXPECT_THAT(seen().feed, ElementsAre(HasSubstr("stale"), "live"));
}

TEST_F(FeedWatch, ConnectionsThatGoSilentTogetherAreAllMadeAnewAtOnce) {
  plugin_->connect = [this](bgw_error&) {
    const bgw_host& host = *plugin_->hosts.at(plugin_->calling);
    host.ready(host.context);
    return BGW_OK;
  };
  link_.reset();
  options_.reconnect.first_ns = options_.reconnect.max_ns = 3600 * kSecond;  // nothing but at once would come
  start();
  want(1);
  want(2, BGW_MODE_LTP, 0, 1);
  run_until([this] { return link_->counts().connections.load() == 2; });
  settle();
  for (int i = 0; i < 20; ++i) {
    tick();
    bgw_tick other{};
    other.instrument = 2;
    other.modes = BGW_MODE_LTP;
    other.present = BGW_HAS_LTP;
    const bgw_update update{&other, nullptr, nullptr};
    const bgw_host& second = *plugin_->hosts.at(2);
    second.publish(second.context, &update);
    now_ += 50'000'000;
    look();
  }
  forget();
  now_ += kSecond;
  run_until([this] { return plugin_->count("subscribe 1:1") + plugin_->count("#2 subscribe 2:1") == 2; });
  EXPECT_EQ(link_->counts().recycles.load(), 2U);
}

TEST_F(FeedWatch, WhileTheMarketIsClosedSilenceIsNoFault) {
  run_for(kSecond);
  open_ = false;
  look();
  now_ += 3600 * kSecond;
  look();
  look();
  EXPECT_THAT(seen().feed, IsEmpty());
  EXPECT_EQ(plugin_->count("disconnect"), 0U);
}

TEST_F(FeedWatch, AKindMayHaveClosedWhereOthersTrade) {
  unwant(1);
  want(1, BGW_MODE_LTP, 0, 0, InstrumentKind::share_with_derivatives);
  settle();
  run_for(kSecond);
  closed_kind_ = InstrumentKind::share_with_derivatives;
  look();
  now_ += 3600 * kSecond;
  look();
  look();
  EXPECT_THAT(seen().feed, IsEmpty());
}

TEST_F(FeedWatch, AFeedThatIsStaleWhenTheMarketClosesIsSoNoMore) {
  run_for(kSecond);
  now_ += kSecond;
  run_until([this] { return !seen().feed.empty(); });
  open_ = false;
  run_until([this] { return seen().feed.size() == 2; });
  EXPECT_EQ(seen().feed.back(), "live");
}

TEST_F(FeedWatch, WhenNothingIsWantedAnyMoreNothingIsStale) {
  run_for(kSecond);
  now_ += kSecond;
  run_until([this] { return !seen().feed.empty(); });
  unwant(1);
  run_until([this] { return seen().feed.size() == 2; });
  EXPECT_EQ(seen().feed.back(), "live");
}

TEST_F(FeedWatch, ALateFeedIsRecycledAndLiveWhenItIsInTimeAgain) {
  run_for(kSecond);
  while (seen().feed.empty()) run_for(10'000'000, 12 * kSecond);
  EXPECT_THAT(seen().feed, ElementsAre(HasSubstr("stale: ticks are 12.0 s late, limit 10.0 s")));
  run_until([this] { return state() == LinkState::connected; });
  settle();
  tick(11 * kSecond);
  EXPECT_EQ(seen().feed.size(), 1U);
  tick();
  EXPECT_EQ(seen().feed.back(), "live");
}

TEST_F(FeedWatch, AJumpOfThisMachinesClockChangesNothing) {
  run_for(kSecond);
  for (const std::int64_t jump : {3600 * kSecond, -7200 * kSecond}) {
    wall_jump_ += jump;
    look();
    run_for(kSecond);
  }
  EXPECT_THAT(seen().feed, IsEmpty());
  EXPECT_THAT(seen().links, IsEmpty());
}

}  // namespace
}  // namespace gw::plugin_host
