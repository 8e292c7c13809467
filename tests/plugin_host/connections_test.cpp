// Several connections of one link: which carries what, who logs in when, and what a loss of one means.
#include <gmock/gmock.h>

#include "adapter_fixture.hpp"

namespace gw::plugin_host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Calls = std::vector<std::string>;

class Connections : public AdapterTest {
 protected:
  void SetUp() override {
    options_.reconnect.attempts = 0;
    options_.idle_close_ns = 3'600'000'000'000;
    plugin_->connect = [this](bgw_error&) {
      const bgw_host& host = *plugin_->hosts.at(plugin_->calling);
      host.ready(host.context);
      return BGW_OK;
    };
  }
  void fail(std::size_t object, bgw_status code, const char* text, std::int64_t retry_after_ns = 0) {
    bgw_error error{};
    error.code = code;
    error.retry_after_ns = retry_after_ns;
    std::snprintf(error.message, sizeof error.message, "%s", text);
    const bgw_host& host = host_of(object);
    host.fail(host.context, &error);
  }
  void publish_from(std::size_t object, std::uint32_t instrument) {
    bgw_tick tick{};
    tick.instrument = instrument;
    tick.modes = BGW_MODE_LTP;
    tick.present = BGW_HAS_LTP;
    tick.ltp = BGW_PRICE_SCALE;
    const bgw_update update{&tick, nullptr, nullptr, nullptr, 0, 0};
    const bgw_host& host = host_of(object);
    host.publish(host.context, &update);
  }
  void want_at(std::uint32_t connection, std::uint32_t instrument) { want(instrument, BGW_MODE_LTP, 0, connection); }
  // Two connections that carry one instrument each.
  void start_with_two() {
    start();
    want_at(0, 1);
    want_at(1, 2);
    run_until([this] { return link_->counts().connections.load() == 2; });
    settle();
    forget();
  }
  bool is_connected() const { return state() == LinkState::connected; }
};

TEST_F(Connections, OpenWhenSomethingIsWantedOfThem) {
  start();
  want_at(0, 1);
  want_at(1, 2);
  run_until([this] { return plugin_->count("#2 subscribe 2:1") == 1; });
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "connect", "subscribe 1:1", "#2 create",
                                          "#2 initialize", "#2 connect", "#2 subscribe 2:1"}));
  EXPECT_EQ(link_->counts().connections.load(), 2U);
  EXPECT_TRUE(is_connected());
}

TEST_F(Connections, AFurtherOneTakesNothingFromALinkThatWorks) {
  start();
  run_until([this] { return is_connected(); });
  forget();
  plugin_->connect = nullptr;  // its login takes a while
  want_at(1, 2);
  settle();
  EXPECT_TRUE(is_connected());
  EXPECT_THAT(seen().links, IsEmpty());
}

TEST_F(Connections, LogInOneAfterTheOther) {
  plugin_->connect = nullptr;
  start();
  for (const std::uint32_t i : {0U, 1U, 2U}) want_at(i, i + 1);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "connect"}));
  host_of(1).ready(host_of(1).context);
  run_until([this] { return plugin_->count("#2 connect") == 1; });
  settle();
  EXPECT_EQ(plugin_->count("#3 connect"), 0U);
}

TEST_F(Connections, AMoveLeavesTheOldOneBeforeItTakesTheNew) {
  start_with_two();
  want_at(0, 2);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"#2 unsubscribe 2", "subscribe 2:1"}));
  EXPECT_THAT(seen().released, IsEmpty()) << "the handle goes on";
  publish_from(2, 2);
  EXPECT_THAT(seen().ticks, IsEmpty()) << "late from the old one";
  publish_from(1, 2);
  EXPECT_EQ(seen().ticks.size(), 1U);
}

TEST_F(Connections, OneThatCarriesNothingIsClosedAndOpensAgain) {
  options_.idle_close_ns = 1000;
  start_with_two();
  unwant(2);
  run_until([this] { return plugin_->count("#2 destroy") == 1; });
  EXPECT_EQ(plugin_->take_calls(), (Calls{"#2 unsubscribe 2", "#2 disconnect", "#2 destroy"}));
  EXPECT_EQ(link_->counts().connections.load(), 1U);
  want_at(1, 3);
  run_until([this] { return plugin_->count("#2 subscribe 3:1") == 1; });
}

TEST_F(Connections, TheFirstStaysOpenThoughItCarriesNothing) {
  start_with_two();
  unwant(1);
  settle();
  run_ready();
  EXPECT_EQ(plugin_->count("destroy"), 0U);
}

TEST_F(Connections, ALossOfOneIsALossOfTheLinkUntilItIsBack) {
  start_with_two();
  fail(2, BGW_E_TRANSIENT, "gone");
  run_until([this] { return plugin_->count("#2 subscribe 2:1") == 1; });
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"#2 connect", "#2 subscribe 2:1"})) << "the other one is left alone";
  ASSERT_FALSE(seen().links.empty());
  EXPECT_EQ(seen().links.front().first, LinkState::reconnecting);
  EXPECT_THAT(seen().links.front().second, testing::StartsWith("gone (connection 2 of 2, 1 instrument); trying"));
  EXPECT_EQ(seen().links.back().first, LinkState::connected);
}

TEST_F(Connections, RefusedCredentialsStopTheLoginsOfAllConnections) {
  start_with_two();
  plugin_->connect = answer(BGW_E_AUTH, "token expired");
  fail(1, BGW_E_TRANSIENT, "gone");
  fail(2, BGW_E_TRANSIENT, "gone");
  run_until([this] { return state() == LinkState::auth_expired; });
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"connect"}));
}

TEST_F(Connections, ATokenThatDiesOnAllOfThemCostsNone) {
  start_with_two();
  fail(1, BGW_E_AUTH, "token expired");
  fail(2, BGW_E_AUTH, "token expired");
  run_until([this] { return state() == LinkState::auth_expired; });
  settle();
  EXPECT_EQ(plugin_->count("connect") + plugin_->count("#2 connect"), 0U);
  EXPECT_EQ(link_->counts().connections.load(), 0U);
}

TEST_F(Connections, WithoutCredentialsNoneStaysConnected) {
  start_with_two();
  plugin_->connect = answer(BGW_E_AUTH, "token expired");
  fail(2, BGW_E_TRANSIENT, "gone");
  run_until([this] { return state() == LinkState::auth_expired; });
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"#2 connect", "disconnect"}));
  EXPECT_EQ(link_->counts().connections.load(), 0U);
}

TEST_F(Connections, ALostOneThatCarriesNothingAnyMoreIsMissedNoLonger) {
  options_.reconnect = {3'600'000'000'000, 3'600'000'000'000, 0, 0.0};
  start_with_two();
  fail(2, BGW_E_TRANSIENT, "gone");
  run_until([this] { return state() == LinkState::reconnecting; });
  unwant(2);
  run_until([this] { return is_connected(); });
  EXPECT_EQ(plugin_->count("#2 connect"), 0U);
}

TEST_F(Connections, AnIdleOneIsClosedThoughDemandGoesOnElsewhere) {
  options_.idle_close_ns = 1'000'000;
  start_with_two();
  unwant(2);
  std::uint32_t i = 10;
  run_until([&] {
    want_at(0, i);
    unwant(i++);
    return plugin_->count("#2 destroy") == 1;
  });
}

TEST_F(Connections, AfterRepeatedLossesOneHasToLastBeforeTheOthersFollow) {
  options_.reconnect.max_ns = 3'600'000'000'000;
  start();
  for (const std::uint32_t i : {0U, 1U, 2U}) want_at(i, i + 1);
  run_until([this] { return link_->counts().connections.load() == 3; });
  const auto lose_all = [this] {
    for (const std::size_t i : {1U, 2U, 3U}) fail(i, BGW_E_TRANSIENT, "gone");
    settle();
    run_until([this] { return link_->counts().connections.load() != 0; });
  };
  for (int losses = 0; losses < 3; ++losses) {
    lose_all();
    run_until([this] { return link_->counts().connections.load() == 3; });
  }
  forget();
  lose_all();
  settle();
  EXPECT_EQ(plugin_->count("connect"), 1U);
  EXPECT_EQ(plugin_->count("#2 connect"), 0U);
  EXPECT_EQ(message(), "logged in again; if that lasts, the other connections follow");
  later_ns_ += 2 * 30'000'000'000;
  want_at(0, 4);  // any event of the link looks at the clock
  run_until([this] { return is_connected(); });
  EXPECT_EQ(link_->counts().connections.load(), 3U);
}

TEST_F(Connections, RefusedCredentialsAreTriedOnceMoreAndThenNoMore) {
  options_.second_login_ns = 1000;
  start_with_two();
  plugin_->connect = answer(BGW_E_AUTH, "token expired");
  fail(1, BGW_E_TRANSIENT, "gone");
  run_until([this] { return plugin_->count("connect") == 2; });
  settle();
  EXPECT_EQ(state(), LinkState::auth_expired);
  const auto said = [this](LinkState state) {
    return std::count_if(seen().links.begin(), seen().links.end(), [&](const auto& l) { return l.first == state; });
  };
  EXPECT_EQ(said(LinkState::auth_expired), 1) << "told once";
  EXPECT_EQ(plugin_->count("connect"), 2U);
}

TEST_F(Connections, ASecondLoginThatSucceedsIsAsIfNothingHadBeen) {
  options_.second_login_ns = 1000;
  start_with_two();
  const auto let_in = plugin_->connect;
  plugin_->connect = answer(BGW_E_AUTH, "not yet");
  fail(1, BGW_E_TRANSIENT, "gone");
  run_until([this] { return state() == LinkState::auth_expired; });
  plugin_->connect = let_in;
  run_until([this] { return plugin_->count("#2 subscribe 2:1") == 1; });
  EXPECT_EQ(plugin_->count("subscribe 1:1"), 1U);
  EXPECT_TRUE(is_connected());
}

TEST_F(Connections, AReloginBringsBackAllOfThem) {
  start_with_two();
  link_->relogin({});
  run_until([this] { return plugin_->count("#2 subscribe 2:1") == 1; });
  EXPECT_EQ(plugin_->take_calls(), (Calls{"destroy", "#2 destroy", "create", "initialize", "connect", "subscribe 1:1",
                                          "#2 create", "#2 initialize", "#2 connect", "#2 subscribe 2:1"}));
  EXPECT_EQ(link_->counts().connections.load(), 2U);
  std::vector<LinkState> states;
  for (const auto& [state, text] : seen().links) states.push_back(state);
  EXPECT_THAT(states, ElementsAre(LinkState::reconnecting, LinkState::reconnecting, LinkState::connected))
      << "connected when all are";
}

TEST_F(Connections, EachLoginIsASessionOfItsOwn) {
  start_with_two();
  publish_from(1, 1);
  publish_from(2, 2);
  fail(1, BGW_E_TRANSIENT, "gone");
  run_until([this] { return plugin_->count("subscribe 1:1") == 1; });
  publish_from(1, 1);
  EXPECT_THAT(seen().logins, ElementsAre(1, 2, 3));
}

TEST_F(Connections, AThrottlingBrokerIsWaitedForThoughAnotherAttemptWasExpected) {
  start_with_two();
  options_.reconnect = {1'000'000'000'000, 1'000'000'000'000, 0, 0.0};
  fail(1, BGW_E_RATE, "slow down", 3'600'000'000'000);
  fail(2, BGW_E_TRANSIENT, "gone");
  settle();
  EXPECT_THAT(seen().links.back().second, testing::HasSubstr("trying again in 3600"));
}

TEST_F(Connections, ThePaceOfSubscribeCallsIsTheBrokers) {
  plugin_->limits.batch_size = 2;
  plugin_->limits.batch_interval_ns = 3'600'000'000'000;
  start();
  run_until([this] { return is_connected(); });
  for (std::uint32_t i = 1; i <= 5; ++i) want(i);
  settle();
  EXPECT_EQ(plugin_->count("subscribe 1:1 2:1"), 1U);
  unwant(3);
  want(4, BGW_MODE_QUOTE);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "connect", "subscribe 1:1 2:1", "unsubscribe 3"}))
      << "nothing before the hour is over";
  later_ns_ += plugin_->limits.batch_interval_ns;
  want(6);  // any event of the link looks at the clock
  settle();
  EXPECT_EQ(plugin_->calls.back(), "subscribe 4:2 5:1");
}

TEST_F(Connections, AThousandReconnectsLeaveDescriptorsThreadsAndMemoryFlat) {
  start_with_two();
  expect_flat([this](int losses) {
    for (int i = 0; i < losses; ++i) {
      fail(1 + static_cast<std::size_t>(i % 2), BGW_E_TRANSIENT, "gone");
      run_until([this] { return !is_connected(); });
      run_until([this] { return is_connected(); });
      forget();
    }
  });
}

}  // namespace
}  // namespace gw::plugin_host
