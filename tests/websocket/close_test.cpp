#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using testing::HasSubstr;

class Closing : public PairTest {
 protected:
  bool run_until_both_closed() {
    return run_until([this] { return client_.heard.closed && peer().heard.closed; });
  }
};

TEST_F(Closing, CodeAndReasonReachThePeerAndBothHearOnce) {
  open();
  peer().connection->close(4401, "Authentication required");
  ASSERT_TRUE(run_until_both_closed());
  EXPECT_EQ(client_.heard.code(), 4401);
  EXPECT_EQ(client_.heard.closed->reason, "Authentication required");
  EXPECT_EQ(peer().heard.code(), 4401);
  io_.restart();
  io_.poll();
  EXPECT_EQ(client_.heard.closes, 1);
  EXPECT_EQ(peer().heard.closes, 1);
}

TEST_F(Closing, AClientsCloseReachesTheServer) {
  open();
  client_.connection->close(1000, "bye");
  ASSERT_TRUE(run_until_both_closed());
  EXPECT_EQ(peer().heard.code(), 1000);
  EXPECT_EQ(peer().heard.closed->reason, "bye");
  EXPECT_EQ(client_.heard.code(), 1000);
}

TEST_F(Closing, WhatWasSentBeforeTheCloseArrivesBeforeIt) {
  open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(peer().connection->send(Opcode::text, std::string(1000, 'm')));
  peer().connection->close(1001, "");
  ASSERT_TRUE(run_until_both_closed());
  EXPECT_EQ(client_.heard.messages.size(), 50U);
  EXPECT_EQ(client_.heard.code(), 1001);
}

TEST_F(Closing, AfterItNothingIsTaken) {
  open();
  peer().connection->close(1000, "");
  EXPECT_FALSE(peer().connection->is_open());
  EXPECT_FALSE(peer().connection->send(Opcode::text, "late"));
  EXPECT_FALSE(peer().connection->append_frames("\x81\x01x"));
  peer().connection->close(4000, "again");
  ASSERT_TRUE(run_until_both_closed());
  EXPECT_EQ(client_.heard.code(), 1000);
}

TEST_F(Closing, FromBothSidesAtOnceEndsBoth) {
  open();
  client_.connection->close(1000, "");
  peer().connection->close(1001, "");
  ASSERT_TRUE(run_until_both_closed());
}

TEST_F(Closing, OfAPausedConnectionStillEnds) {
  open();
  peer().connection->pause_reading(true);
  peer().connection->close(4000, "too slow");
  ASSERT_TRUE(run_until_both_closed());
  EXPECT_EQ(client_.heard.code(), 4000);
}

TEST_F(Closing, APeerThatVanishesIs1006) {
  open();
  client_.connection.reset();
  ASSERT_TRUE(run_until([this] { return peer().heard.closed.has_value(); }));
  EXPECT_EQ(peer().heard.code(), 1006);
  EXPECT_FALSE(client_.heard.closed) << "the owner let go: it is not called any more";
}

TEST_F(Closing, TheOwnerMayLetGoInsideAnyCallback) {
  connect();
  client_.heard.when_open = [this] { client_.connection.reset(); };
  server_.when_accepted = [](support::End& end) { end.heard.when_closed = [&end] { end.connection.reset(); }; };
  ASSERT_TRUE(run_until([this] { return !server_.ends.empty() && peer().heard.closed; }));
  EXPECT_EQ(peer().connection, nullptr);
}

TEST_F(Closing, LettingGoInsideAMessageEndsTheReading) {
  open();
  peer().heard.when_message = [this](std::string_view) { peer().connection.reset(); };
  for (int i = 0; i < 3; ++i) client_.connection->send(Opcode::text, "x");
  client_.connection->flush();
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(peer().heard.messages.size(), 1U);
}

TEST_F(Closing, BeforeItIsOpenIsTold) {
  connect();
  client_.connection->close(1000, "changed my mind");
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_FALSE(client_.heard.opened);
  EXPECT_EQ(client_.heard.closed->reason, "changed my mind");
}

TEST_F(Closing, NobodyListeningIsAnError) {
  unsigned short port = 0;
  {
    const support::Server gone(io_);
    port = gone.port();
  }
  connect(support::to("ws://127.0.0.1:" + std::to_string(port) + "/"));
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(client_.heard.code(), 1006);
  EXPECT_THAT(client_.heard.closed->reason, HasSubstr("cannot connect to 127.0.0.1:" + std::to_string(port)));
}

TEST_F(Closing, AnAddressThatIsNoneIsToldLaterNotAtOnce) {
  connect(support::to("http://127.0.0.1/"));
  EXPECT_FALSE(client_.heard.closed);
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(client_.heard.closed->reason, "not a ws:// or wss:// address");
}

TEST_F(Closing, AServerThatNeverAnswersIsGivenUp) {
  boost::asio::ip::tcp::acceptor silent(io_, {boost::asio::ip::make_address("127.0.0.1"), 0});
  ClientOptions options = support::to("ws://127.0.0.1:" + std::to_string(silent.local_endpoint().port()));
  options.open_timeout = std::chrono::milliseconds(20);
  connect(std::move(options));
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_THAT(client_.heard.closed->reason, HasSubstr(": no answer to the upgrade in time"));
}

TEST_F(Closing, AClientThatNeverAsksIsGivenUp) {
  server_.options.open_timeout = std::chrono::milliseconds(20);
  boost::asio::ip::tcp::socket silent(io_);
  silent.connect({boost::asio::ip::make_address("127.0.0.1"), server_.port()});
  ASSERT_TRUE(run_until([this] { return !server_.ends.empty() && peer().heard.closed; }));
  EXPECT_EQ(peer().heard.closed->reason, "no request in time");
}

}  // namespace
}  // namespace gw::websocket
