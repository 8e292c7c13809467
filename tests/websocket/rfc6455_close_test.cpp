// The closing handshake by RFC 6455, sections 5.5.1 and 7, and the codes that may be on the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/websocket/frame_talk.hpp"

namespace gw::websocket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Rfc6455Close = FrameTalk;

TEST_F(Rfc6455Close, CodesThatMayBeSentAreEchoed) {
  // 1012 to 1014 came into the registry later.
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999}) {
    const Talk t = talk(close_frame(code));
    EXPECT_EQ(t.answered(), code);
    EXPECT_EQ(t.told, code);
  }
}

TEST_F(Rfc6455Close, CodesThatMayNotBeSentAre1002) {
  for (const unsigned code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999}) {
    const Talk t = talk(close_frame(code));
    EXPECT_EQ(t.answered(), 1002) << code;
    EXPECT_EQ(t.told, 1002) << code;
  }
}

TEST_F(Rfc6455Close, Payloads) {
  const auto answered = [this](std::string_view payload) {
    return talk(client_frame(fin | closing, payload)).answered();
  };
  EXPECT_EQ(answered(""), 1000) << "no code of its own: a normal end";
  EXPECT_EQ(answered("\x03"), 1002);
  EXPECT_EQ(answered(close_payload(1000, std::string(123, 'r'))), 1000);
  EXPECT_EQ(answered(close_payload(1000, std::string(124, 'r'))), 1002);
  EXPECT_EQ(answered(close_payload(1000, "\xe2\x82\xac")), 1000);
  EXPECT_EQ(answered(close_payload(1000, "\xe2\x82")), 1002);
  EXPECT_EQ(answered(close_payload(1000, "\xed\xa0\x80")), 1002);
}

TEST_F(Rfc6455Close, WhatComesAfterACloseIsIgnored) {
  for (const std::string& late : {client_frame(fin | text, "late"), client_frame(fin | ping, "late"),
                                  client_frame(fin | 3, "late"), close_frame(1001)}) {
    const Talk t = talk(close_frame(1000) + late);
    EXPECT_EQ(t.answered(), 1000);
    EXPECT_EQ(t.frames.size(), 1U);
    EXPECT_THAT(t.messages, IsEmpty());
  }
}

TEST_F(Rfc6455Close, BothSidesAtOnceSendOneCloseEach) {
  server_.when_accepted = [](support::End& end) {
    end.heard.when_open = [&end] { end.connection->close(1001, "ours"); };
  };
  const Talk t = talk(close_frame(1000));
  EXPECT_THAT(t.frames, ElementsAre(std::pair(fin | closing, close_payload(1001, "ours"))));
  EXPECT_EQ(t.told, 1001);
}

TEST_F(Rfc6455Close, AMessageBeyondTheLimitIs1009) {
  server_.options.message_limit = 1000;
  EXPECT_EQ(talk(client_frame(fin | text, std::string(1000, 'x')) + close_frame(1000)).answered(), 1000);
  EXPECT_EQ(talk(client_frame(fin | text, std::string(1001, 'x'))).answered(), 1009);
  EXPECT_EQ(talk(client_frame(text, std::string(999, 'x')) + client_frame(fin | cont, "xx")).answered(), 1009);
}

}  // namespace
}  // namespace gw::websocket
