#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using support::raw_frame;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr unsigned kFin = 0x80;
enum : unsigned { kContinue = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

class Protocol : public PairTest {
 protected:
  void write(std::string_view bytes) {
    if (!raw_) {
      raw_ = std::make_unique<support::RawClient>(io_, server_.port());
      raw_->upgrade();
      ASSERT_TRUE(run_until([this] { return !server_.ends.empty() && heard().opened; }));
    }
    raw_->write(bytes);
  }
  support::Recorder& heard() { return peer().heard; }
  // The close code that both the server's owner and the client on the wire see.
  int refused(std::string_view bytes) {
    raw_.reset();
    server_.ends.clear();
    write(bytes);
    EXPECT_TRUE(run_until([this] { return heard().closed.has_value(); }));
    const int code = heard().code();
    const std::string end = {static_cast<char>(0x88), 2, static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    EXPECT_THAT(raw_->read_to_end(), HasSubstr(end)) << "no close frame of " << code;
    EXPECT_TRUE(heard().messages.empty());
    return code;
  }

  std::unique_ptr<support::RawClient> raw_;
};

TEST_F(Protocol, FragmentsBecomeOneMessageAndControlFramesMayComeBetween) {
  write(raw_frame(kText, "one "));
  write(raw_frame(kFin | kPing, "p"));
  write(raw_frame(kContinue, "two "));
  write(raw_frame(kContinue, ""));
  write(raw_frame(kFin | kContinue, "three"));
  ASSERT_TRUE(run_until([this] { return heard().messages.size() == 1; }));
  EXPECT_THAT(heard().messages, ElementsAre("one two three"));
  EXPECT_EQ(heard().opcodes[0], Opcode::text);
  EXPECT_EQ(heard().control_frames, 1);
  write(raw_frame(kFin | kClose, "\x03\xe8"));
  ASSERT_TRUE(run_until([this] { return heard().closed.has_value(); }));
  EXPECT_EQ(heard().code(), 1000);
  EXPECT_THAT(raw_->read_to_end(), HasSubstr("\x8a\x01p")) << "the pong echoes the ping";
}

TEST_F(Protocol, AFrameThatComesByteByByteIsWhole) {
  const std::string frame = raw_frame(kFin | kBinary, std::string(300, 'b'));
  for (const char c : frame) {
    write({&c, 1});
    io_.restart();
    io_.poll();
  }
  ASSERT_TRUE(run_until([this] { return heard().messages.size() == 1; }));
  EXPECT_EQ(heard().messages[0], std::string(300, 'b'));
}

TEST_F(Protocol, ACharacterMaySpanFragments) {
  write(raw_frame(kText, "\xe2\x82"));
  write(raw_frame(kFin | kContinue, "\xac"));
  ASSERT_TRUE(run_until([this] { return heard().messages.size() == 1; }));
  EXPECT_EQ(heard().messages[0], "\xe2\x82\xac");
}

TEST_F(Protocol, InvalidUtf8InTextIs1007) {
  EXPECT_EQ(refused(raw_frame(kFin | kText, "\xff\xfe")), 1007);
  EXPECT_EQ(refused(raw_frame(kFin | kText, "\xed\xa0\x80")), 1007);
  EXPECT_EQ(refused(raw_frame(kFin | kText, "cut \xe2\x82")), 1007);
}

TEST_F(Protocol, AMessageBeyondTheLimitIs1009) {
  server_.options.message_limit = 100;
  EXPECT_EQ(refused(raw_frame(kFin | kText, std::string(101, 'x'))), 1009);
  EXPECT_EQ(refused(raw_frame(kText, std::string(60, 'x')) + raw_frame(kFin | kContinue, std::string(41, 'x'))), 1009);
}

TEST_F(Protocol, AMessageOfExactlyTheLimitIsTaken) {
  server_.options.message_limit = 100;
  write(raw_frame(kFin | kText, std::string(100, 'x')));
  ASSERT_TRUE(run_until([this] { return heard().messages.size() == 1; }));
}

TEST_F(Protocol, AClientThatIsStillWritingItsTooLongMessageSees1009) {
  for (int i = 0; i < 10; ++i) {
    support::End client;
    ClientOptions options = support::to(server_.url());
    options.output_limit = 8 << 20;
    client.heard.when_open = [&client] {
      client.connection->send(Opcode::text, std::string(6 << 20, 'x'));
      client.connection->flush();
    };
    client.connection = Connection::connect(io_, std::move(options), client.heard);
    ASSERT_TRUE(run_until([&] { return client.heard.closed.has_value(); }));
    EXPECT_EQ(client.heard.code(), 1009) << client.heard.closed->reason;
  }
}

TEST_F(Protocol, WhatTheStandardForbidsIs1002) {
  EXPECT_EQ(refused("\x81\x02hi"), 1002) << "unmasked";
  EXPECT_EQ(refused(raw_frame(kFin | 3, "x")), 1002) << "reserved opcode";
  EXPECT_EQ(refused(raw_frame(kFin | 0x40 | kText, "x")), 1002) << "RSV1 without an extension";
  EXPECT_EQ(refused(raw_frame(kFin | kContinue, "x")), 1002) << "nothing to continue";
  EXPECT_EQ(refused(raw_frame(kText, "a") + raw_frame(kFin | kText, "b")), 1002) << "a new message inside another";
  EXPECT_EQ(refused(raw_frame(kPing, "x")), 1002) << "a control frame in fragments";
  EXPECT_EQ(refused(raw_frame(kFin | kPing, std::string(126, 'x'))), 1002) << "a long ping";
  EXPECT_EQ(refused(raw_frame(kFin | kClose, "\x03")), 1002) << "half a close code";
  EXPECT_EQ(refused(raw_frame(kFin | kClose, "\x03\xed")), 1002) << "close code 1005";
}

TEST_F(Protocol, ACloseWithoutACodeIs1005) {
  write(raw_frame(kFin | kClose, ""));
  ASSERT_TRUE(run_until([this] { return heard().closed.has_value(); }));
  EXPECT_EQ(heard().code(), 1005);
}

TEST_F(Protocol, AnUnsolicitedPongIsAControlFrameAndNoMore) {
  write(raw_frame(kFin | kPong, "x"));
  write(raw_frame(kFin | kText, "after"));
  ASSERT_TRUE(run_until([this] { return heard().messages.size() == 1; }));
  EXPECT_EQ(heard().control_frames, 1);
}

}  // namespace
}  // namespace gw::websocket
