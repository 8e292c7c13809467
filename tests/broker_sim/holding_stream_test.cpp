#include "tools/broker_sim/holding_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/websocket/fixture.hpp"

namespace sim {
namespace {

using gw::websocket::Connection;
using gw::websocket::Opcode;
using testing::ElementsAre;
namespace support = gw::support;

// The first connection of the server passes `stream_`.
class HoldingStreams : public gw::websocket::PairTest {
 protected:
  HoldingStreams() {
    server_.options.make_stream = [this](gw::TcpSocket&& socket, std::weak_ptr<void> life,
                                         gw::websocket::StreamOwner& owner) {
      auto made = HoldingStream::make(std::move(socket), std::move(life), owner, nullptr);
      if (!stream_) stream_ = made;
      return made;
    };
  }

  std::shared_ptr<HoldingStream> stream_;
};

TEST_F(HoldingStreams, WhileHeldNothingPassesEitherWay) {
  open();
  stream_->hold(true);
  client_.connection->ping({});
  ASSERT_TRUE(client_.connection->send(Opcode::text, "to the server"));
  client_.connection->flush();
  ASSERT_TRUE(peer().connection->send(Opcode::text, "to the client"));
  peer().connection->flush();
  support::Recorder heard;  // a second client's round trip: what the first one sent has been read by then
  const auto second = Connection::connect(io_, support::to(server_.url()), heard);
  ASSERT_TRUE(run_until([&] { return heard.opened; }));
  EXPECT_GT(peer().connection->backlog(), 0U);
  EXPECT_EQ(peer().heard.control_frames, 0);
  EXPECT_TRUE(client_.heard.messages.empty());
  stream_->hold(false);
  ASSERT_TRUE(run_until([&] { return client_.heard.messages.size() == 1 && peer().heard.messages.size() == 1; }));
  EXPECT_EQ(peer().heard.control_frames, 1);
  EXPECT_THAT(client_.heard.messages, ElementsAre("to the client"));
  EXPECT_THAT(peer().heard.messages, ElementsAre("to the server"));
}

TEST_F(HoldingStreams, WhatIsHeldAgainAtOnceStillWaits) {
  open();
  stream_->hold(true);
  ASSERT_TRUE(client_.connection->send(Opcode::text, "to the server"));
  client_.connection->flush();
  support::Recorder heard;
  const auto second = Connection::connect(io_, support::to(server_.url()), heard);
  ASSERT_TRUE(run_until([&] { return heard.opened; }));
  stream_->hold(false);
  stream_->hold(true);
  support::Recorder later;
  const auto third = Connection::connect(io_, support::to(server_.url()), later);
  ASSERT_TRUE(run_until([&] { return later.opened; }));
  EXPECT_TRUE(peer().heard.messages.empty());
  stream_->hold(false);
  ASSERT_TRUE(run_until([&] { return peer().heard.messages.size() == 1; }));
}

TEST_F(HoldingStreams, AConnectionThatIsHeldCanBeDropped) {
  open();
  stream_->hold(true);
  ASSERT_TRUE(peer().connection->send(Opcode::text, "to the client"));
  peer().connection->flush();
  peer().connection.reset();
  ASSERT_TRUE(run_until([&] { return client_.heard.closed.has_value(); }));
  EXPECT_TRUE(client_.heard.messages.empty());
  stream_->hold(false);
}

}  // namespace
}  // namespace sim
