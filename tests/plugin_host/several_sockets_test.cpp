// Several WebSockets of one adapter, each with a life of its own, against two small brokers on this machine.
#include <array>

#include <gmock/gmock.h>

#include "adapter_fixture.hpp"
#include "websocket_broker.hpp"

namespace gw::plugin_host {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class SeveralSockets : public AdapterTest {
 protected:
  SeveralSockets() {
    plugin_->limits.class_count = 2;
    plugin_->limits.classes = classes_;
    plugin_->connect = [this](bgw_error&) {
      feed_ = open(feed_broker_.url(), 0);
      books_ = open(books_broker_.url(), 1);
      return BGW_OK;
    };
    plugin_->on_open = [this](bgw_error&) {
      if (++opened_ == 2) host().ready(host().context);
      return BGW_OK;
    };
    plugin_->on_frame = [this](bgw_error&) {
      frames_.push_back(name_of(plugin_->connection) + ": " + plugin_->last_frame);
      return BGW_OK;
    };
    plugin_->on_close = [this](bgw_error& error) {
      closed_.push_back(name_of(plugin_->connection) + ": " + plugin_->last_reason);
      return on_close_ ? on_close_(error) : bgw_status{BGW_OK};
    };
  }
  std::string name_of(std::uint32_t connection) const {
    return connection == feed_ ? "feed" : connection == books_ ? "books" : "another";
  }
  // 0: refused, and `error_` says why.
  std::uint32_t open(const std::string& url, std::uint32_t connection_class, const char* subprotocol = nullptr,
                     std::int64_t ping_interval_ns = 0) {
    const bgw_websocket_request request{sizeof request,   0,           url.c_str(),     nullptr, 0,
                                        connection_class, subprotocol, ping_interval_ns};
    std::uint32_t connection = 0;
    error_ = {};
    return host().websocket_open(host().context, &request, &connection, &error_) == BGW_OK ? connection : 0;
  }
  bgw_status send(std::uint32_t connection, std::string_view text) const {
    return host().websocket_send(host().context, connection, BGW_OPCODE_TEXT, text.data(), text.size(), nullptr);
  }
  void start_both() {
    start();
    run_until([this] { return state() == LinkState::connected && feed_broker_.is_open && books_broker_.is_open; });
    plugin_->take_calls();
  }

  bgw_connection_class classes_[2] = {{"feed", 0, 0, BGW_MODE_LTP | BGW_MODE_QUOTE, 0, {}, {}},
                                      {"books", 0, 0, BGW_MODE_DEPTH, 0, {}, {}}};
  WebsocketBroker feed_broker_{io_};
  WebsocketBroker books_broker_{io_};
  ScriptedPlugin::Step on_close_;
  std::uint32_t feed_ = 0;
  std::uint32_t books_ = 0;
  int opened_ = 0;
  std::vector<std::string> frames_, closed_;
  bgw_error error_{};
};

TEST_F(SeveralSockets, EachHasItsOwnNumberAndFrames) {
  start_both();
  EXPECT_NE(feed_, books_);
  feed_broker_.send("a tick");
  books_broker_.send("a book");
  run_until([this] { return frames_.size() == 2; });
  EXPECT_THAT(frames_, testing::UnorderedElementsAre("feed: a tick", "books: a book"));
  EXPECT_EQ(send(feed_, "to the feed"), BGW_OK);
  EXPECT_EQ(send(books_, "to the books"), BGW_OK);
  run_until([this] { return !feed_broker_.received.empty() && !books_broker_.received.empty(); });
  EXPECT_THAT(feed_broker_.received, ElementsAre("to the feed"));
  EXPECT_THAT(books_broker_.received, ElementsAre("to the books"));
}

TEST_F(SeveralSockets, TheSessionGoesOnWithoutOneAndEndsWithTheLast) {
  start_both();
  books_broker_.connection->close(1001, "books are shut");
  run_until([this] { return closed_.size() == 1; });
  EXPECT_THAT(closed_, ElementsAre("books: books are shut"));
  EXPECT_EQ(send(books_, "x"), BGW_E_NOT_FOUND);
  feed_broker_.send("a tick");
  run_until([this] { return frames_.size() == 1; });
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_EQ(link_->counts().logins.load(), 1U);
  feed_broker_.connection->close(1001, "so is the feed");
  run_until([this] { return closed_.size() == 2; });
  EXPECT_EQ(state(), LinkState::reconnecting);
  EXPECT_THAT(message(), HasSubstr("so is the feed"));
}

TEST_F(SeveralSockets, AFailureInOnCloseEndsTheSessionAndTheOtherSocket) {
  on_close_ = answer(BGW_E_AUTH, "logged in elsewhere");
  start_both();
  books_broker_.connection->close(1000, "");
  run_until([this] { return state() == LinkState::auth_expired; });
  run_until([this] { return !feed_broker_.is_open; });
  EXPECT_EQ(send(feed_, "x"), BGW_E_NOT_FOUND);
  EXPECT_EQ(closed_.size(), 1U) << "the plugin ended the session by itself";
}

TEST_F(SeveralSockets, ASocketThatIsOpenedInOnCloseKeepsTheSession) {
  start_both();
  on_close_ = [this](bgw_error&) {
    books_ = open(books_broker_.url(), 1);
    return BGW_OK;
  };
  const std::uint32_t first = books_;
  books_broker_.connection->close(1001, "");
  run_until([&] { return plugin_->count("on_open") == 1; });
  EXPECT_NE(books_, first);
  EXPECT_EQ(send(books_, "again"), BGW_OK);
  EXPECT_EQ(link_->counts().logins.load(), 1U);
  EXPECT_FALSE(plugin_->overlapped);
}

TEST_F(SeveralSockets, ATimerKeepsTheSessionUntilItIsTheLastThingThatWasLeft) {
  start_both();
  on_close_ = [this](bgw_error&) { return host().timer(host().context, 9, 0, nullptr); };
  feed_broker_.connection->close(1001, "");
  books_broker_.connection->close(1001, "");
  run_until([this] { return plugin_->count("on_timer 9") == 1 && closed_.size() == 2; });
  run_until([this] { return state() == LinkState::reconnecting; });
  EXPECT_THAT(message(), HasSubstr("the plugin did nothing after its connections had ended"));
}

TEST_F(SeveralSockets, ATimerThatOpensASocketGoesOnWithTheSession) {
  start_both();
  on_close_ = [this](bgw_error&) { return host().timer(host().context, 9, 0, nullptr); };
  plugin_->on_timer = [this](bgw_error&) {
    feed_ = open(feed_broker_.url(), 0);
    return BGW_OK;
  };
  books_broker_.connection->close(1001, "");
  feed_broker_.connection->close(1001, "");
  run_until([this] { return plugin_->count("on_open") >= 1 && feed_broker_.is_open; });
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_EQ(link_->counts().logins.load(), 1U);
}

TEST_F(SeveralSockets, SixteenAreTheMost) {
  // Nobody answers there, so that all of them stay on their way.
  boost::asio::ip::tcp::acceptor deaf(io_, {boost::asio::ip::address_v4::loopback(), 0});
  const std::string url = "ws://127.0.0.1:" + std::to_string(deaf.local_endpoint().port()) + "/";
  std::vector<std::uint32_t> all;
  plugin_->connect = [&](bgw_error&) {
    for (int i = 0; i < 17; ++i) all.push_back(open(url, 0));
    return BGW_OK;
  };
  start();
  run_until([&] { return all.size() == 17; });
  EXPECT_EQ(all.back(), 0U);
  EXPECT_EQ(error_.code, BGW_E_STATE);
  EXPECT_STREQ(error_.message, "found 16 open sockets, expected fewer");
  EXPECT_EQ(std::count(all.begin(), all.end(), 0U), 1);
}

TEST_F(SeveralSockets, TheSilenceOfOneIsToldAndTheOtherGoesOn) {
  options_.stall_limit_ns = 60'000'000;
  start_both();
  want(1, BGW_MODE_QUOTE);
  want(2, BGW_MODE_DEPTH, 5);
  run_until([this] {
    feed_broker_.send("a tick");  // as long as the other is silent
    return !closed_.empty();
  });
  EXPECT_THAT(closed_, ElementsAre("books: no frame for 0.1 s"));
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_EQ(link_->counts().logins.load(), 1U);
  const std::size_t before = frames_.size();
  feed_broker_.send("one more");
  run_until([&] { return frames_.size() > before && frames_.back() == "feed: one more"; });
}

TEST_F(SeveralSockets, PingFramesAreSentAtTheIntervalThatWasAskedFor) {
  plugin_->connect = [this](bgw_error&) {
    feed_ = open(feed_broker_.url(), 0, nullptr, 1'000'000);
    books_ = open(books_broker_.url(), 1);
    return BGW_OK;
  };
  start_both();
  run_until([this] { return feed_broker_.control_frames >= 3; });
  EXPECT_EQ(books_broker_.control_frames, 0);
}

TEST_F(SeveralSockets, APingOfThePluginsOwnIsSentWhereItIsShortEnough) {
  start_both();
  const std::string payload(126, 'p');
  const auto ping = [&](std::uint32_t connection, std::size_t length) {
    error_ = {};
    return host().websocket_ping(host().context, connection, payload.data(), length, &error_);
  };
  EXPECT_EQ(ping(feed_, 126), BGW_E_INVALID);
  EXPECT_STREQ(error_.message, "found 126 bytes, expected at most 125");
  EXPECT_EQ(ping(feed_ + books_ + 1000, 5), BGW_E_NOT_FOUND);
  EXPECT_EQ(ping(feed_, 125), BGW_OK);
  run_until([this] { return feed_broker_.control_frames == 1; });
}

TEST_F(SeveralSockets, TheSubprotocolIsAHeaderOfTheUpgrade) {
  std::vector<std::string> asked;
  feed_broker_.options.on_upgrade = [&](const websocket::HttpRequest& request, std::vector<websocket::Header>&) {
    for (const websocket::Header& header : request.headers)
      if (header.name == "Sec-WebSocket-Protocol") asked.push_back(header.value);
    return websocket::HttpAnswer{403, "text/plain", "no"};
  };
  plugin_->connect = [this](bgw_error&) { return feed_ = open(feed_broker_.url(), 0, "v5.feed"), BGW_OK; };
  on_close_ = answer(BGW_E_FATAL);
  start();
  run_until([this] { return state() == LinkState::failed; });
  EXPECT_THAT(asked, ElementsAre("v5.feed"));
  plugin_->connect = [this](bgw_error&) { return feed_ = open(feed_broker_.url(), 0, ""), BGW_OK; };
  link_->retry();
  run_until([this] { return closed_.size() == 2; });
  EXPECT_EQ(asked.size(), 1U) << "an empty one is none";
}

TEST_F(SeveralSockets, AClassThatIsNotDeclaredIsRefused) {
  start_both();
  EXPECT_EQ(open(feed_broker_.url(), 2), 0U);
  EXPECT_EQ(error_.code, BGW_E_INVALID);
  EXPECT_STREQ(error_.message, "connection_class: found 2, expected less than 2");
}

TEST_F(SeveralSockets, NothingIsOpenedOutsideASession) {
  std::uint32_t early = 1;
  plugin_->initialize = [&](bgw_error&) { return early = open(feed_broker_.url(), 0), BGW_OK; };
  plugin_->connect = answer(BGW_E_FATAL);
  start();
  run_until([this] { return state() == LinkState::failed; });
  EXPECT_EQ(early, 0U);
  EXPECT_EQ(open(feed_broker_.url(), 0), 0U) << "the session is over";
  EXPECT_EQ(error_.code, BGW_E_STATE);
  EXPECT_STREQ(error_.message, "found no session, expected a call between connect and the session's end");
  settle();
  EXPECT_EQ(feed_broker_.accepted, 0);
}

TEST_F(SeveralSockets, NothingIsPublishedAfterTheSession) {
  start_both();
  want(1);
  settle();
  bgw_tick tick{};
  tick.instrument = 1;
  tick.modes = BGW_MODE_LTP;
  tick.present = BGW_HAS_LTP;
  tick.ltp = 5;
  publish(&tick);
  EXPECT_EQ(seen().ticks.size(), 1U);
  on_close_ = answer(BGW_E_FATAL);
  feed_broker_.connection->close(1000, "");
  run_until([this] { return state() == LinkState::failed; });
  const std::uint64_t invalid = link_->counts().updates_invalid.load();
  publish(&tick);
  EXPECT_EQ(seen().ticks.size(), 1U);
  EXPECT_EQ(link_->counts().updates_invalid.load(), invalid + 1);
}

}  // namespace
}  // namespace gw::plugin_host
