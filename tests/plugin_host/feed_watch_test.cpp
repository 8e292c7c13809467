// What a link does about a feed that goes silent or late: it asks again, says what it found, and logs in anew. Time is
// the test's.
#include <gmock/gmock.h>

#include "adapter_fixture.hpp"
#include "tests/support/seconds.hpp"

namespace gw::plugin_host {
namespace {

using support::kSecond;
using testing::Contains;
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
    options_.second_login_ns = 1000;
    options_.lag_limit_ns = 10 * kSecond;
    options_.monotonic = [this] { return now_; };
    options_.wall = [this] { return kNoon + now_ + wall_jump_; };
    options_.market_open = [this](std::string_view exchange, InstrumentKind kind, std::int64_t) {
      ++looks_;
      return (exchange == "NSE" || exchange == "BSE") && open_ && kind != closed_kind_;
    };
    plugin_->capabilities[0].flags |= BGW_SNAPSHOT_ON_SUBSCRIBE;
    plugin_->subscribe_list = [this](const bgw_subscription& s) {
      objects_[s.instrument] = plugin_->calling;
      if (answers_) answered_.push_back(s.instrument);
    };
    plugin_->connect = [this](bgw_error&) -> bgw_status {
      if (refuses_) return answer(BGW_E_TRANSIENT, "not now")(error_);
      const bgw_host& host = *plugin_->hosts.at(plugin_->calling);
      host.ready(host.context);
      return BGW_OK;
    };
    start();
    run_until([this] { return state() == LinkState::connected; });
    for (std::uint32_t i = 1; i <= 3; ++i) want(i);
    settle();
    answer_all();
    forget();
  }
  // The snapshots that are expected of the broker. Prices of a cache that lives move.
  void answer_all() {
    for (const std::uint32_t instrument : std::exchange(answered_, {})) {
      if (moving_) ++price_;
      publish_one(instrument);
    }
  }
  void publish_one(std::uint32_t instrument, std::int64_t lag = 0) {
    bgw_tick t{};
    t.instrument = instrument;
    t.modes = BGW_MODE_LTP;
    t.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME;
    t.ltp = price_;
    t.exchange_time_ns = options_.wall() - wall_jump_ - lag;
    const bgw_update update{&t, nullptr, nullptr, nullptr, 0, 0};
    const bgw_host& host = host_of(objects_.at(instrument));
    host.publish(host.context, &update);
  }
  void tick(std::int64_t lag = 0) {
    ++price_;
    for (std::uint32_t i = 1; i <= 3; ++i) publish_one(i, lag);
  }
  // Until the link has looked once more.
  void look() {
    run_until([this, before = looks_] { return looks_ != before; });
    answer_all();
  }
  void run_for(std::int64_t ns, std::int64_t lag = 0) {
    for (const std::int64_t end = now_ + ns; now_ < end; now_ += 10'000'000) {
      tick(lag);
      if (now_ % 100'000'000 == 0) look();
    }
    look();
  }
  // A second of ticks of the three instruments of the first connection, and of the fourth on the second one.
  void tick_on_both_connections() {
    settle();
    answer_all();
    for (int i = 0; i < 100; ++i, now_ += 10'000'000) {
      tick();
      publish_one(4);
      if (i % 10 == 0) look();
    }
  }
  // Another instrument list says what the three of the first connection are.
  void describe(InstrumentKind kind) {
    for (std::uint32_t i = 1; i <= 3; ++i) {
      const std::string token = "T" + std::to_string(i);
      bus::Demand demand{i, BGW_MODE_LTP, 0, "SYMBOL", "NSE", "BROKER-SYMBOL", "NSE_EQ", token, 0, kind};
      demand.is_description = true;
      ASSERT_TRUE(bus::put_demand(link_->channel().demand(), demand));
    }
    link_->channel().adapter_bell().ring();
    settle();
  }
  // Silence, which the link sees in steps.
  void pass(std::int64_t ns) {
    for (const std::int64_t end = now_ + ns; now_ < end; now_ += 20'000'000) look();
    look();
  }
  void prove(std::optional<std::uint32_t> connection = {}) {
    bus::Demand proof;
    proof.instrument = bus::kProof;
    proof.mode = connection ? 1 : 0;
    proof.connection = connection.value_or(0);
    proof.exchange = "NSE";
    proof.symbol = "another broker shows ticks that are missing here";
    ASSERT_TRUE(bus::put_demand(link_->channel().demand(), proof));
    link_->channel().adapter_bell().ring();
  }
  std::size_t logins() const { return static_cast<std::size_t>(link_->counts().logins.load()); }

  std::int64_t now_ = kSecond;
  std::int64_t wall_jump_ = 0;
  bool open_ = true;
  std::optional<InstrumentKind> closed_kind_;
  bool answers_ = true;
  bool moving_ = false;
  bool refuses_ = false;
  bgw_error error_{};
  std::map<std::uint32_t, std::size_t> objects_;  // that were asked last for each instrument, and tick
  std::int64_t price_ = 100;
  std::vector<std::uint32_t> answered_;
  std::uint64_t looks_ = 0;
};

// The same at a broker that allows an account so many connections.
template <std::uint32_t kSlots>
class FeedWatchOf : public FeedWatch {
 protected:
  FeedWatchOf() { plugin_->limits.connections_per_account = kSlots; }
};
using FeedWatchOfOneSlot = FeedWatchOf<1>;
using FeedWatchOfTwoSlots = FeedWatchOf<2>;
using FeedWatchOfThreeSlots = FeedWatchOf<3>;

TEST_F(FeedWatch, ASilentFeedIsAskedAgainOnTheSameConnection) {
  run_for(kSecond);
  forget();
  now_ += 100'000'000;
  run_until([this] { return plugin_->count("unsubscribe 1 2 3") == 1; });
  EXPECT_EQ(plugin_->take_calls(), (std::vector<std::string>{"unsubscribe 1 2 3", "subscribe 1:1 2:1 3:1"}));
  EXPECT_EQ(logins(), 1U);
}

TEST_F(FeedWatch, TheSameValuesSayThatItIsQuietAndNothingIsMadeAnew) {
  run_for(kSecond);
  forget();
  pass(5 * kSecond);
  EXPECT_THAT(seen().feed, ElementsAre(HasSubstr("NSE quiet: no tick since 20")));
  EXPECT_EQ(logins(), 1U);
}

TEST_F(FeedWatch, NewerValuesSayThatItIsStaleAndTheLoginIsMadeBesideTheOldOne) {
  run_for(kSecond);
  forget();
  moving_ = true;
  pass(100'000'000);
  run_until([this] { return logins() == 2; });
  settle();
  EXPECT_THAT(seen().feed, ElementsAre(HasSubstr("newer values when asked again")));
  EXPECT_THAT(plugin_->take_calls(),
              ElementsAre("unsubscribe 1 2 3", "subscribe 1:1 2:1 3:1", "#2 create", "#2 initialize", "#2 connect",
                          "disconnect", "destroy", "#2 subscribe 1:1 2:1 3:1"));
  EXPECT_THAT(seen().links, IsEmpty()) << "the link was never away";
  EXPECT_EQ(link_->counts().recycles.load(), 1U);
  EXPECT_EQ(link_->counts().connections.load(), 1U);
  answer_all();
  tick();
  EXPECT_EQ(seen().feed.size(), 1U) << "snapshots";
  tick();
  EXPECT_EQ(seen().feed.back(), "NSE live");
}

TEST_F(FeedWatchOfOneSlot, WithoutAFreePlaceItIsMadeInThePlaceOfTheOldOne) {
  run_for(kSecond);
  forget();
  moving_ = true;
  pass(100'000'000);
  run_until([this] { return logins() == 2; });
  settle();
  EXPECT_THAT(plugin_->take_calls(), ElementsAre("unsubscribe 1 2 3", "subscribe 1:1 2:1 3:1", "disconnect", "connect",
                                                 "subscribe 1:1 2:1 3:1"));
  ASSERT_FALSE(seen().links.empty());
  EXPECT_EQ(seen().links.back().first, LinkState::connected);
}

TEST_F(FeedWatch, ALoginBesideThatFailsTakesNothingAway) {
  run_for(kSecond);
  forget();
  moving_ = refuses_ = true;
  pass(100'000'000);
  run_until([this] { return plugin_->count("#2 destroy") == 1; });
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_EQ(plugin_->count("disconnect"), 0U);
  for (int i = 0; i < 10; ++i) tick();  // the first ones may be answers
  EXPECT_EQ(seen().feed.back(), "NSE live");
}

TEST_F(FeedWatch, ALoginBesideThatFindsNoPlaceIsMadeInItsPlace) {
  run_for(kSecond);
  forget();
  moving_ = true;
  int connects = 0;
  plugin_->connect = [this, &connects](bgw_error& error) -> bgw_status {
    if (++connects == 1) return answer(BGW_E_RATE, "too many")(error);
    const bgw_host& host = *plugin_->hosts.at(plugin_->calling);
    host.ready(host.context);
    return BGW_OK;
  };
  pass(100'000'000);
  run_until([this] { return logins() == 2; });
  EXPECT_EQ(plugin_->count("disconnect"), 1U);
  EXPECT_EQ(plugin_->count("connect"), 1U);
}

TEST_F(FeedWatch, ALoginBesideThatFindsNoPlaceTakesNothingFromAnExchangeThatLives) {
  const bus::Demand bse{4, BGW_MODE_LTP, 0, "SYMBOL", "BSE", "BROKER-SYMBOL", "BSE_EQ", "T4", 0, {}};
  ASSERT_TRUE(bus::put_demand(link_->channel().demand(), bse));
  link_->channel().adapter_bell().ring();
  settle();
  answer_all();
  run_for(kSecond);
  moving_ = true;
  plugin_->connect = answer(BGW_E_RATE, "too many");
  for (int i = 0; plugin_->count("#2 destroy") == 0 && i < 100; ++i, now_ += 10'000'000) {
    ++price_;
    publish_one(4);
    look();
  }
  settle();
  EXPECT_EQ(plugin_->count("#2 destroy"), 1U);
  EXPECT_EQ(plugin_->count("disconnect"), 0U);
  EXPECT_EQ(state(), LinkState::connected);
}

TEST_F(FeedWatchOfTwoSlots, AConnectionThatCarriesNothingAnyMoreDoesNotCoverASilentOne) {
  want(4, BGW_MODE_LTP, 0, 1);
  run_until([this] { return logins() == 2; });
  tick_on_both_connections();
  for (std::uint32_t i = 1; i <= 3; ++i) want(i, 0);
  settle();
  forget();
  pass(5 * kSecond);
  EXPECT_THAT(seen().feed, Contains(HasSubstr("NSE quiet: no tick since")));
}

TEST_F(FeedWatchOfTwoSlots, AConnectionOfWhichNothingTradesNowDoesNotCoverASilentOne) {
  want(4, BGW_MODE_LTP, 0, 1, InstrumentKind::share_with_derivatives);
  run_until([this] { return logins() == 2; });
  tick_on_both_connections();
  closed_kind_ = InstrumentKind::share_with_derivatives;
  forget();
  pass(5 * kSecond);
  EXPECT_THAT(seen().feed, Contains(HasSubstr("NSE quiet: no tick since")));
}

TEST_F(FeedWatch, SharesThatHaveDerivativesSinceTodayAreJudgedByTheHoursOfThoseAndAskTheBrokerNothing) {
  run_for(kSecond);
  forget();
  describe(InstrumentKind::share_with_derivatives);
  EXPECT_THAT(plugin_->take_calls(), IsEmpty());
  closed_kind_ = InstrumentKind::share_with_derivatives;
  moving_ = true;
  pass(2 * kSecond);
  EXPECT_THAT(plugin_->take_calls(), IsEmpty()) << "silence after their last trade is as it should be";
  EXPECT_EQ(logins(), 1U);
}

TEST_F(FeedWatch, WhatIsDescribedAnewIsSubscribedSoAtTheNextLogin) {
  describe(InstrumentKind::share_with_derivatives);
  link_->relogin({});
  run_until([this] { return logins() == 2; });
  answer_all();
  run_for(kSecond);
  forget();
  closed_kind_ = InstrumentKind::share_with_derivatives;
  moving_ = true;
  pass(2 * kSecond);
  EXPECT_EQ(logins(), 2U);
}

// Of three places two are in use.
TEST_F(FeedWatchOfThreeSlots, OfTwoSilentConnectionsOneAfterTheOtherIsMadeAnewBeside) {
  want(4, BGW_MODE_LTP, 0, 1);
  run_until([this] { return logins() == 2; });
  tick_on_both_connections();
  forget();
  moving_ = true;
  std::size_t most = 0;
  const auto connect = plugin_->connect;
  plugin_->connect = [this, &most](bgw_error&) {
    most = std::max(most, plugin_->hosts.size());
    return BGW_OK;  // and is not ready yet
  };
  pass(300'000'000);
  EXPECT_EQ(plugin_->hosts.size(), 3U);
  EXPECT_EQ(plugin_->count("#2 disconnect"), 0U) << "it has its turn";
  want(5, BGW_MODE_LTP, 0, 2);
  settle();
  EXPECT_EQ(plugin_->count("#4 connect"), 0U) << "it waits for the place";
  plugin_->connect = connect;
  const bgw_host& beside = host_of(3);
  beside.ready(beside.context);
  run_until([this] { return logins() >= 4; });
  settle();
  EXPECT_EQ(most, 3U);
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_EQ(link_->counts().connections.load(), 3U);
}

TEST_F(FeedWatch, ALoginBesideWhoseCredentialsAreRefusedIsTriedOnceMore) {
  run_for(kSecond);
  forget();
  moving_ = true;
  int connects = 0;
  plugin_->connect = [this, &connects](bgw_error& error) -> bgw_status {
    if (++connects == 1) return answer(BGW_E_AUTH, "token")(error);
    const bgw_host& host = *plugin_->hosts.at(plugin_->calling);
    host.ready(host.context);
    return BGW_OK;
  };
  pass(100'000'000);
  run_until([this] { return logins() == 2; });
  settle();
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_THAT(plugin_->take_calls(), Contains("subscribe 1:1 2:1 3:1"));
}

TEST_F(FeedWatch, TheSecondLoginWaitsAMinute) {
  run_for(kSecond);
  moving_ = true;
  pass(100'000'000);
  run_until([this] { return logins() == 2; });
  pass(40 * kSecond);
  EXPECT_EQ(logins(), 2U);
  now_ += 40 * kSecond;
  run_until([this] { return logins() == 3; });
}

TEST_F(FeedWatch, NewCredentialsEndALoginBeside) {
  run_for(kSecond);
  plugin_->connect = [](bgw_error&) { return BGW_OK; };
  moving_ = true;
  pass(100'000'000);
  run_until([this] { return plugin_->count("#2 connect") == 1; });
  link_->relogin({});
  settle();
  EXPECT_EQ(plugin_->count("#2 destroy"), 1U);
  EXPECT_EQ(plugin_->hosts.size(), 1U);
}

TEST_F(FeedWatch, AnotherBrokersTicksAreBelieved) {
  run_for(kSecond);
  pass(kSecond);
  forget();
  prove();
  run_until([this] { return logins() == 2; });
  EXPECT_THAT(seen().feed, Contains("NSE stale: another broker shows ticks that are missing here"));
}

TEST_F(FeedWatchOfThreeSlots, AProofIsOfTheConnectionThatItNames) {
  want(4, BGW_MODE_LTP, 0, 1);
  run_until([this] { return logins() == 2; });
  settle();
  answer_all();
  pass(kSecond);
  plugin_->take_calls();
  prove(1);
  run_until([this] { return logins() == 3; });
  settle();
  EXPECT_THAT(plugin_->take_calls(), Contains("#3 subscribe 4:1"));
}

// Both are dead, and one account pays for both.
TEST_F(FeedWatchOfThreeSlots, ConnectionsShareThePausesBetweenLogins) {
  want(4, BGW_MODE_LTP, 0, 1);
  run_until([this] { return logins() == 2; });
  settle();
  answer_all();
  pass(kSecond);
  prove();
  run_until([this] { return logins() == 3; });
  pass(kSecond);
  now_ += 40 * kSecond;
  look();
  look();
  EXPECT_EQ(logins(), 3U);
  now_ += 40 * kSecond;
  run_until([this] { return logins() == 4; });
  settle();
  EXPECT_THAT(plugin_->take_calls().back(), HasSubstr("subscribe 4:1")) << "the second's turn";
}

TEST_F(FeedWatch, WhileTheMarketIsClosedSilenceIsNoFault) {
  run_for(kSecond);
  open_ = false;
  look();
  forget();
  now_ += 3600 * kSecond;
  look();
  look();
  EXPECT_THAT(seen().feed, IsEmpty());
  EXPECT_THAT(plugin_->take_calls(), IsEmpty());
}

TEST_F(FeedWatch, AFeedThatIsStaleWhenTheMarketClosesIsQuiet) {
  run_for(kSecond);
  moving_ = true;
  pass(100'000'000);
  run_until([this] { return logins() == 2; });
  open_ = false;
  look();
  EXPECT_EQ(seen().feed.back(), "NSE quiet: the market is not open");
}

TEST_F(FeedWatch, OfWhatNobodyWantsNothingIsKnown) {
  run_for(kSecond);
  moving_ = true;
  pass(100'000'000);
  run_until([this] { return logins() == 2; });
  for (std::uint32_t i = 1; i <= 3; ++i) unwant(i);
  run_until([this] { return seen().feed.back() == "NSE quiet: nothing is subscribed"; });
}

TEST_F(FeedWatch, ALateFeedIsStaleAndLiveWhenItIsInTimeAgain) {
  run_for(kSecond);
  forget();
  while (seen().feed.empty()) run_for(10'000'000, 12 * kSecond);
  EXPECT_THAT(seen().feed, ElementsAre(HasSubstr("NSE stale: ticks are 12.0 s late, limit 10.0 s")));
  run_until([this] { return logins() == 2; });
  settle();
  answer_all();
  tick(11 * kSecond);
  tick(11 * kSecond);
  EXPECT_EQ(seen().feed.size(), 1U);
  tick();
  EXPECT_EQ(seen().feed.back(), "NSE live");
}

TEST_F(FeedWatch, AJumpOfThisMachinesClockChangesNothing) {
  run_for(kSecond);
  forget();
  for (const std::int64_t jump : {3600 * kSecond, -7200 * kSecond}) {
    wall_jump_ += jump;
    look();
    run_for(kSecond);
  }
  EXPECT_THAT(seen().feed, IsEmpty());
  EXPECT_THAT(seen().links, IsEmpty());
}

TEST_F(FeedWatch, RoutingHearsWhichTicksProveLife) {
  run_for(kSecond);
  forget();
  tick();
  EXPECT_THAT(seen().live, ElementsAre(true, true, true));
  pass(100'000'000);
  EXPECT_THAT(seen().live, Contains(false)) << "the answers when asked again";
}

}  // namespace
}  // namespace gw::plugin_host
