// The WebSocket that the gateway keeps for an adapter, against a small broker on this machine.
#include "adapter_fixture.hpp"
#include "websocket_broker.hpp"

namespace gw::plugin_host {
namespace {

using Calls = std::vector<std::string>;
using Broker = WebsocketBroker;

class AdapterSocket : public AdapterTest {
 protected:
  AdapterSocket() {
    plugin_->connect = [this](bgw_error&) { return open(broker_.url()); };
    plugin_->on_open = [this](bgw_error&) {
      host().ready(host().context);
      return BGW_OK;
    };
  }
  bgw_status open(const std::string& url, std::vector<bgw_header> headers = {}) {
    const bgw_websocket_request request{
        sizeof request, static_cast<std::uint32_t>(headers.size()), url.c_str(), headers.data(), 0, 0, nullptr, 0};
    return host().websocket_open(host().context, &request, &opened_, nullptr);
  }
  bgw_status send(std::uint32_t connection, std::string_view text) const {
    return host().websocket_send(host().context, connection, BGW_OPCODE_TEXT, text.data(), text.size(), nullptr);
  }
  void start_open() {
    start();
    run_until([this] { return state() == LinkState::connected && broker_.is_open; });
    plugin_->take_calls();
  }
  void run_until_state(LinkState wanted) {
    run_until([this, wanted] { return state() == wanted; });
  }
  void run_until_called(const std::string& call) {
    run_until([this, call] { return plugin_->count(call) != 0; });
  }

  Broker broker_{io_};
  std::uint32_t opened_ = 0;
};

TEST_F(AdapterSocket, FramesGoBothWays) {
  start_open();
  EXPECT_GT(opened_, 0u);
  EXPECT_EQ(plugin_->connection, opened_);
  EXPECT_EQ(send(opened_, "subscribe me"), BGW_OK);
  run_until([this] { return !broker_.received.empty(); });
  EXPECT_EQ(broker_.received, (Calls{"subscribe me"}));
  broker_.send("a tick");
  run_until_called("on_frame 2");
  EXPECT_EQ(plugin_->last_frame, "a tick");
  EXPECT_EQ(link_->counts().frames.load(), 1u);
}

TEST_F(AdapterSocket, AnotherConnectionIsNotThisAdapters) {
  start_open();
  EXPECT_EQ(send(opened_ + 1, "x"), BGW_E_NOT_FOUND);
  EXPECT_EQ(send(0, "x"), BGW_E_NOT_FOUND);
  EXPECT_EQ(host().websocket_close(host().context, opened_ + 1, 1000, nullptr), BGW_E_NOT_FOUND);
}

TEST_F(AdapterSocket, AnAddressThatIsNotAllowedIsInvalid) {
  plugin_->connect = [this](bgw_error&) { return open("ws://example.com/feed"); };
  start();
  settle();
  EXPECT_EQ(state(), LinkState::failed);
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "connect"}));
}

// Each of them would become a header of its own.
TEST_F(AdapterSocket, WhatWouldBeginAnotherLineOfTheUpgradeIsInvalid) {
  start_open();
  const auto problem = [this](const std::string& url, std::vector<bgw_header> headers,
                              const char* subprotocol = nullptr) {
    const bgw_websocket_request request{
        sizeof request, static_cast<std::uint32_t>(headers.size()), url.c_str(), headers.data(), 0, 0, subprotocol, 0};
    std::uint32_t connection = 0;
    bgw_error error{};
    EXPECT_EQ(host().websocket_open(host().context, &request, &connection, &error), BGW_E_INVALID);
    return std::string(error.message);
  };
  const std::string url = broker_.url();
  EXPECT_EQ(problem(url, {{"X", "a\r\nEvil: 1"}}), "header X: found a control character, expected one line of text");
  const std::string no_token =
      "header 2: found a name that is no token of RFC 9110, expected letters, digits and !#$%&'*+-.^_`|~";
  for (const char* name : {"X B: c", "", "X\r\nEvil", "X:", "é"})
    EXPECT_EQ(problem(url, {{"A", "b"}, {name, "d"}}), no_token);
  EXPECT_EQ(problem(url, {}, "v1\r\nEvil: 1"),
            "header Sec-WebSocket-Protocol: found a control character, expected one line of text");
  EXPECT_EQ(problem(url + " HTTP/1.1\r\nEvil: 1\r\nX: ", {}),
            "url: found a blank or a control character, expected none");
  const std::string longer = url + std::string(5000, 'x');
  EXPECT_EQ(problem(longer, {}), "url: found " + std::to_string(longer.size()) + " bytes, expected at most 4096");
  EXPECT_EQ(broker_.accepted, 1);
}

TEST_F(AdapterSocket, RefusedFramesAreCountedAndTheLinkStays) {
  plugin_->on_frame = answer(BGW_E_INVALID, "too short");
  start_open();
  broker_.send("1");
  broker_.send("2");
  run_until([this] { return link_->counts().frames_refused.load() == 2; });
  plugin_->on_frame = throwing();
  broker_.send("3");
  run_until([this] { return link_->counts().frames_refused.load() == 3; });
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_EQ(link_->counts().frames.load(), 3u);
}

TEST_F(AdapterSocket, ALostConnectionIsMadeAgain) {
  start_open();
  const std::uint32_t first = opened_;
  broker_.connection->close(1001, "restart");
  run_until_called("on_close");
  EXPECT_EQ(plugin_->connection, first);
  EXPECT_EQ(plugin_->last_close.code, 1001);
  EXPECT_EQ(plugin_->last_reason, "restart");
  run_until([this, first] { return state() == LinkState::connected && opened_ != first; });
  EXPECT_EQ(plugin_->count("connect"), 1u);
}

TEST_F(AdapterSocket, AnExceptionInOnOpenOrOnCloseIsALostAttempt) {
  plugin_->on_open = throwing();
  start();
  run_until([this] { return plugin_->count("on_open") == 2; });
  plugin_->on_open = [this](bgw_error&) {
    host().ready(host().context);
    return BGW_OK;
  };
  run_until([this] { return state() == LinkState::connected && broker_.is_open; });
  plugin_->on_close = throwing();
  plugin_->take_calls();
  broker_.connection->close(1000, "");
  run_until_called("on_open");
}

TEST_F(AdapterSocket, ExpiredCredentialsSeenInOnCloseStopAllAttempts) {
  broker_.options.on_upgrade = [](const websocket::HttpRequest&, std::vector<websocket::Header>& extra) {
    extra.push_back({"X-Reason", "expired"});
    return websocket::HttpAnswer{403, "text/plain", "no"};
  };
  std::string header;
  plugin_->on_close = [&](bgw_error& error) {
    header = plugin_->last_close.header("x-reason");
    return plugin_->last_close.http_status == 403 ? answer(BGW_E_AUTH, "token expired")(error)
                                                  : bgw_status{BGW_E_TRANSIENT};
  };
  start();
  run_until_state(LinkState::auth_expired);
  EXPECT_EQ(header, "expired");
  EXPECT_EQ(message(), "token expired; with new credentials, run: broker-gateway brokers relogin acme");
  settle();
  EXPECT_EQ(plugin_->count("connect"), 1u);
  EXPECT_EQ(plugin_->count("on_close"), 1u);
}

TEST_F(AdapterSocket, FatalInOnCloseIsFailed) {
  plugin_->on_close = answer(BGW_E_FATAL, "not entitled");
  start_open();
  broker_.connection->close(1008, "");
  run_until_state(LinkState::failed);
  EXPECT_EQ(message(), "not entitled; to try again, run: broker-gateway brokers retry acme");
}

TEST_F(AdapterSocket, WithoutReasonsTheNumbersAreTold) {
  plugin_->on_close = [](bgw_error&) { return BGW_E_FATAL; };
  start_open();
  broker_.connection->close(4000, "");
  run_until_state(LinkState::failed);
  EXPECT_EQ(message(),
            "the connection was closed with code 4000; to try again, run: broker-gateway brokers retry acme");
}

TEST_F(AdapterSocket, ARefusedUpgradeIsSaidOnce) {
  broker_.options.on_upgrade = [](const websocket::HttpRequest&, std::vector<websocket::Header>&) {
    return websocket::HttpAnswer{502, "text/plain", "no"};
  };
  plugin_->on_close = [](bgw_error&) { return BGW_E_FATAL; };
  start();
  run_until_state(LinkState::failed);
  EXPECT_EQ(message(), "the upgrade was refused with HTTP 502; to try again, run: broker-gateway brokers retry acme");
}

TEST_F(AdapterSocket, FailClosesTheConnectionAndNothingOfItIsHeardAgain) {
  start_open();
  plugin_->on_frame = [this](bgw_error&) {
    bgw_error error{};
    error.code = BGW_E_AUTH;
    std::snprintf(error.message, sizeof error.message, "logged in elsewhere");
    host().fail(host().context, &error);
    return BGW_OK;
  };
  broker_.send("you are out");
  run_until_state(LinkState::auth_expired);
  EXPECT_EQ(send(opened_, "x"), BGW_E_NOT_FOUND);
  run_until([this] { return !broker_.is_open; });
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"on_frame 2"}));
}

TEST_F(AdapterSocket, AnOnOpenThatFailsClosesTheConnection) {
  plugin_->on_open = answer(BGW_E_FATAL, "no login frame");
  start();
  run_until_state(LinkState::failed);
  run_until([this] { return broker_.closed_with != 0; });
  settle();
  EXPECT_EQ(plugin_->count("on_close"), 0u);
  EXPECT_EQ(send(opened_, "x"), BGW_E_NOT_FOUND);
}

// The stand-in serves one connection at a time: it drops the first when the second comes.
TEST_F(AdapterSocket, AnAdapterMayOpenTheNextConnectionInsideACallOfTheOld) {
  start_open();
  plugin_->on_frame = [this](bgw_error&) { return open(broker_.url()); };
  const std::uint32_t first = opened_;
  broker_.send("redirect");
  run_until([this] { return plugin_->count("on_open") == 1; });
  EXPECT_NE(opened_, first);
  run_until([this] { return plugin_->count("on_close") == 1; });
  EXPECT_EQ(send(opened_, "x"), BGW_OK) << "the session goes on with the other";
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_FALSE(plugin_->overlapped);
}

TEST_F(AdapterSocket, SilenceBeyondTheLimitIsALossAndTheFeedIsStale) {
  options_.stall_limit_ns = 1'000'000;
  start_open();
  want(1);
  run_until([this] { return !seen().feed.empty(); });
  EXPECT_EQ(plugin_->last_reason, "no frame for 0.0 s");
  EXPECT_EQ(seen().feed.front(), "NSE stale: no frame for 0.0 s");
  EXPECT_EQ(link_->counts().recycles.load(), 1U);
}

TEST_F(AdapterSocket, WhileNothingIsWantedAHeartbeatIsWaitedFor) {
  options_.stall_limit_ns = 1'000'000;
  plugin_->limits.heartbeat_period_ns = 100'000'000;
  start_open();
  run_until([this] { return link_->counts().recycles.load() == 1; });
  EXPECT_EQ(plugin_->last_reason, "no frame for 0.7 s") << "twice the period and half a second";
}

TEST_F(AdapterSocket, MoreThanABrokerThatDoesNotReadMayHaveWaitingIsALossThatSaysSo) {
  start_open();
  broker_.connection->pause_reading(true);
  const std::string large(100'000, 'x');
  int sent = 0;
  while (sent < 1000 && send(opened_, large) == BGW_OK) ++sent;
  EXPECT_LT(sent, 1000);
  EXPECT_EQ(send(opened_, large), BGW_E_STATE);
  run_until_state(LinkState::reconnecting);
  EXPECT_EQ(message().find("the broker does not read: "), 0U) << message();
  run_until_state(LinkState::connected);
}

TEST_F(AdapterSocket, ANameThatDoesNotResolveIsALossThatIsTriedAgain) {
  plugin_->connect = [this](bgw_error&) { return open("wss://no-such-host.invalid/feed"); };
  start();
  run_until_called("on_close");
  EXPECT_EQ(plugin_->last_reason.find("cannot resolve no-such-host.invalid: "), 0U) << plugin_->last_reason;
  EXPECT_EQ(state(), LinkState::reconnecting);
}

TEST_F(AdapterSocket, AThousandDropsLeaveDescriptorsThreadsAndMemoryFlat) {
  options_.reconnect.attempts = 0;
  start_open();
  expect_flat([this](int losses) {
    for (int i = 0; i < losses; ++i) {
      const std::uint32_t dropped = opened_;
      broker_.connection.reset();
      run_until([&] { return state() == LinkState::connected && broker_.is_open && opened_ != dropped; });
      forget();
    }
    settle();
  });
}

TEST_F(AdapterSocket, StoppingEndsTheConnection) {
  start_open();
  link_->stop();
  run_until([this] { return !broker_.is_open; });
  EXPECT_EQ(plugin_->take_calls(), (Calls{"disconnect", "destroy"}));
}

}  // namespace
}  // namespace gw::plugin_host
