// How an adapter's logins begin, end and begin again.
#include "adapter_fixture.hpp"

namespace gw::plugin_host {
namespace {

using Calls = std::vector<std::string>;

class AdapterSession : public AdapterTest {
 protected:
  void fail_with(bgw_status code, const char* text) const {
    bgw_error error{};
    error.code = code;
    std::snprintf(error.message, sizeof error.message, "%s", text);
    host().fail(host().context, &error);
  }
  void start_and_settle() {
    start();
    settle();
  }
  void run_until_state(LinkState wanted) {
    run_until([this, wanted] { return state() == wanted; });
  }
};

TEST_F(AdapterSession, AnObjectIsCreatedInitializedConnectedAndAtTheEndDestroyed) {
  make_ready_at_once();
  start();
  run_until_state(LinkState::connected);
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "connect"}));
  link_->stop();
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"disconnect", "destroy"}));
  link_.reset();
  EXPECT_EQ(plugin_->take_calls(), Calls{});
}

TEST_F(AdapterSession, TheLinkIsConnectingThenConnected) {
  make_ready_at_once();
  start();
  run_until_state(LinkState::connected);
  ASSERT_EQ(seen().links.size(), 2u);
  EXPECT_EQ(seen().links[0].first, LinkState::connecting);
  EXPECT_EQ(seen().links[1].first, LinkState::connected);
}

TEST_F(AdapterSession, WhatAnAdapterAsksForIsNeverAnsweredFromInsideItsCall) {
  plugin_->initialize = [this](bgw_error&) {
    host().timer(host().context, 1, 0, nullptr);
    return BGW_OK;
  };
  plugin_->connect = [this](bgw_error&) {
    host().timer(host().context, 2, 0, nullptr);
    host().ready(host().context);
    return BGW_OK;
  };
  plugin_->subscribe = [this](bgw_error&) {
    confirm(1);
    host().timer(host().context, 3, 0, nullptr);
    return BGW_OK;
  };
  plugin_->on_timer = [this](bgw_error&) {
    if (plugin_->calls.back() == "on_timer 3") fail_with(BGW_E_FATAL, "enough");
    return BGW_OK;
  };
  make();
  want(1);
  ASSERT_TRUE(link_->prepare());
  link_->start();
  run_until_state(LinkState::failed);
  EXPECT_FALSE(plugin_->overlapped);
  EXPECT_EQ(plugin_->count("on_timer 1"), 1u);
  EXPECT_EQ(plugin_->count("on_timer 2"), 1u);
}

TEST_F(AdapterSession, AMissingSecretIsAuthExpiredWithoutConnecting) {
  options_.settings = {{"access_token", "", {}, true, true}};
  plugin_->initialize = answer(BGW_E_AUTH, "access_token is missing");
  start_and_settle();
  EXPECT_EQ(state(), LinkState::auth_expired);
  EXPECT_EQ(message(),
            "access_token is missing: log in at the broker, put it where gateway.yaml says, then run: "
            "broker-gateway brokers relogin acme");
  EXPECT_EQ(plugin_->count("connect"), 0u);
  EXPECT_EQ(link_->counts().connects.load(), 0u);
}

TEST_F(AdapterSession, CredentialsThatInitializeRefusesAreAuthExpiredWithoutConnecting) {
  plugin_->initialize = answer(BGW_E_AUTH, "the token has another form");
  start_and_settle();
  EXPECT_EQ(state(), LinkState::auth_expired);
  EXPECT_EQ(message(), "the token has another form; with new credentials, run: broker-gateway brokers relogin acme");
  EXPECT_EQ(plugin_->count("connect"), 0u);
}

TEST_F(AdapterSession, AReloginWithASecretMakesANewObjectThatConnectsAtOnce) {
  options_.settings = {{"access_token", "", {}, true, true}};
  start_and_settle();
  make_ready_at_once();
  plugin_->take_calls();
  link_->relogin({{"access_token", "secret", {}, true, false}});
  run_until_state(LinkState::connected);
  EXPECT_EQ(plugin_->take_calls(), (Calls{"destroy", "create", "initialize", "connect"}));
}

TEST_F(AdapterSession, AnInitializeThatFailsMakesTheBrokerUnusable) {
  plugin_->initialize = answer(BGW_E_INVALID, "seed: found x, expected a number");
  make();
  const auto prepared = link_->prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().message, "acme: seed: found x, expected a number");
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "destroy"}));
}

TEST_F(AdapterSession, ACreateThatFailsSaysWhy) {
  plugin_->create = answer(BGW_E_FATAL, "no room");
  make();
  EXPECT_EQ(link_->prepare().error().message, "acme: the plugin could not create an adapter: no room");
}

TEST_F(AdapterSession, AnInstanceMayGoWhileItsRequestsAreWaiting) {
  plugin_->initialize = [this](bgw_error& error) {
    host().timer(host().context, 1, 0, nullptr);
    host().ready(host().context);
    fail_with(BGW_E_FATAL, "at once");
    return answer(BGW_E_FATAL)(error);
  };
  make();
  EXPECT_FALSE(link_->prepare());
  link_.reset();
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "destroy"}));
}

TEST_F(AdapterSession, RefusedCredentialsStopAllAttempts) {
  plugin_->connect = answer(BGW_E_AUTH, "token expired");
  start_and_settle();
  EXPECT_EQ(state(), LinkState::auth_expired);
  EXPECT_EQ(message(), "token expired; with new credentials, run: broker-gateway brokers relogin acme");
  link_->retry();  // a retry does not help here
  settle();
  EXPECT_EQ(plugin_->count("connect"), 1u);
}

TEST_F(AdapterSession, ALoginThatIsNeverAnsweredIsGivenUp) {
  options_.login_limit_ns = 1000;
  start();
  run_until_state(LinkState::failed);
  EXPECT_EQ(message(),
            "no login within 0.0 s; 3 attempts failed; to try again, run: broker-gateway brokers retry acme");
  EXPECT_EQ(plugin_->count("connect"), 4u);
  EXPECT_EQ(plugin_->count("disconnect"), 4u);
  EXPECT_EQ(link_->counts().recycles.load(), 0u) << "no feed went stale";
}

TEST_F(AdapterSession, WhatWillNotWorkIsNotTriedAgainUntilSomebodyAsks) {
  for (const bgw_status status : {BGW_E_FATAL, BGW_E_INVALID, BGW_E_UNSUPPORTED}) {
    plugin_->take_calls();
    plugin_->connect = answer(status, "no such segment");
    start_and_settle();
    EXPECT_EQ(state(), LinkState::failed);
    EXPECT_EQ(message(), "no such segment; to try again, run: broker-gateway brokers retry acme");
    EXPECT_EQ(plugin_->count("connect"), 1u);
    make_ready_at_once();
    link_->retry();
    run_until_state(LinkState::connected);
    link_->stop();
    run_ready();
  }
}

TEST_F(AdapterSession, AttemptsEndAfterTheirNumberAndARetryStartsOver) {
  plugin_->connect = answer(BGW_E_TRANSIENT, "no route");
  start();
  run_until_state(LinkState::failed);
  EXPECT_EQ(message(), "no route; 3 attempts failed; to try again, run: broker-gateway brokers retry acme");
  EXPECT_EQ(plugin_->count("connect"), 4u);
  plugin_->take_calls();
  link_->retry();
  run_until_state(LinkState::failed);
  EXPECT_EQ(plugin_->count("connect"), 4u);
}

TEST_F(AdapterSession, AMinuteConnectedMakesAllAttemptsAvailableAgain) {
  plugin_->connect = [this](bgw_error& error) {
    if (plugin_->count("connect") != 3) return answer(BGW_E_TRANSIENT, "no route")(error);
    host().ready(host().context);
    return bgw_status{BGW_OK};
  };
  start();
  run_until_state(LinkState::connected);
  later_ns_ += options_.steady_ns;
  fail_with(BGW_E_TRANSIENT, "gone");
  run_until_state(LinkState::failed);
  EXPECT_EQ(plugin_->count("connect"), 3u + 3u);
}

TEST_F(AdapterSession, AShortSessionMakesNone) {
  plugin_->connect = [this](bgw_error& error) {
    if (plugin_->count("connect") != 3) return answer(BGW_E_TRANSIENT, "no route")(error);
    host().ready(host().context);
    return bgw_status{BGW_OK};
  };
  start();
  run_until_state(LinkState::connected);
  fail_with(BGW_E_TRANSIENT, "gone");
  run_until_state(LinkState::failed);
  EXPECT_EQ(plugin_->count("connect"), 3u + 1u);
}

TEST_F(AdapterSession, AThrottlingBrokerIsGivenTheTimeItAsksFor) {
  plugin_->connect = [](bgw_error& error) {
    error.retry_after_ns = 3'600'000'000'000;
    return answer(BGW_E_RATE, "too many logins")(error);
  };
  start_and_settle();
  EXPECT_EQ(state(), LinkState::reconnecting);
  EXPECT_EQ(message(), "too many logins; trying again in 3600.0 s");
  EXPECT_EQ(plugin_->count("connect"), 1u);
  make_ready_at_once();
  link_->retry();  // an operator knows better
  run_until_state(LinkState::connected);
}

TEST_F(AdapterSession, FailHasTheLastWordOverTheStatusOfItsCall) {
  plugin_->connect = [this](bgw_error& error) {
    fail_with(BGW_E_AUTH, "token expired");
    return answer(BGW_E_TRANSIENT, "closed")(error);
  };
  start_and_settle();
  EXPECT_EQ(state(), LinkState::auth_expired);
  EXPECT_EQ(message(), "token expired; with new credentials, run: broker-gateway brokers relogin acme");
  EXPECT_EQ(plugin_->count("connect"), 1u);
}

TEST_F(AdapterSession, ReadyOfASessionThatIsLostCountsForNothing) {
  plugin_->connect = [this](bgw_error& error) {
    host().ready(host().context);
    return answer(BGW_E_FATAL, "after all not")(error);
  };
  start_and_settle();
  EXPECT_EQ(state(), LinkState::failed);
  for (const auto& [link, text] : seen().links) EXPECT_NE(link, LinkState::connected);
}

TEST_F(AdapterSession, AFailureOfTheOldObjectDoesNotHitTheNewOne) {
  start_connected();
  fail_with(BGW_E_FATAL, "of the old object");
  link_->relogin({});
  run_until_state(LinkState::connected);
  settle();
  EXPECT_EQ(state(), LinkState::connected);
}

TEST_F(AdapterSession, ARetryAfterAFailedReloginMakesTheObjectAgain) {
  start_connected();
  plugin_->initialize = answer(BGW_E_INVALID, "bad setting");
  link_->relogin({});
  settle();
  EXPECT_EQ(state(), LinkState::failed);
  EXPECT_EQ(message(), "acme: bad setting");
  plugin_->initialize = nullptr;
  link_->retry();
  run_until_state(LinkState::connected);
}

TEST_F(AdapterSession, TimersOfALostSessionDoNotFire) {
  plugin_->connect = [this](bgw_error& error) {
    host().timer(host().context, 5, 0, nullptr);
    return answer(BGW_E_FATAL)(error);
  };
  start_and_settle();
  EXPECT_EQ(plugin_->count("on_timer 5"), 0u);
}

// ---- exceptions

TEST_F(AdapterSession, AnExceptionInCreateOrInitializeMakesTheBrokerUnusable) {
  plugin_->create = throwing();
  make();
  EXPECT_EQ(link_->prepare().error().message, "acme: the plugin threw an exception in create: thrown by the plugin");
  plugin_->create = nullptr;
  plugin_->initialize = throwing();
  EXPECT_EQ(link_->prepare().error().message, "acme: an exception left the plugin: thrown by the plugin");
}

TEST_F(AdapterSession, AnExceptionInConnectIsALostAttempt) {
  plugin_->connect = throwing();
  start();
  run_until_state(LinkState::failed);
  EXPECT_EQ(plugin_->count("connect"), 4u);
}

TEST_F(AdapterSession, AnExceptionInOnTimerCostsThatCallOnly) {
  start_connected();
  plugin_->on_timer = throwing();
  host().timer(host().context, 1, 0, nullptr);
  run_until([this] { return plugin_->count("on_timer 1") == 1; });
  host().timer(host().context, 2, 0, nullptr);
  run_until([this] { return plugin_->count("on_timer 2") == 1; });
  EXPECT_EQ(state(), LinkState::connected);
}

TEST_F(AdapterSession, ExceptionsAtTheEndDoNotStopTheEnd) {
  start_connected();
  plugin_->disconnect = throwing();
  plugin_->destroy = [] { throw 1; };
  link_->stop();
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"disconnect", "destroy"}));
}

}  // namespace
}  // namespace gw::plugin_host
