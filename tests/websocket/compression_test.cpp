// permessage-deflate (RFC 7692) on the server's side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/websocket/deflater.hpp"
#include "core/websocket/frame.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/websocket/fixture.hpp"
#include "tests/websocket/inflate.hpp"

namespace gw::websocket {
namespace {

using support::raw_frame;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kNoTakeover = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
enum : unsigned { kPlainText = 0x81, kDeflatedText = 0xc1, kDeflatedPart = 0x41, kLastPart = 0x80 };

class Compression : public PairTest {
 protected:
  void SetUp() override { server_.options.compression = true; }

  // Opens with these offers, one header line each; the server's answer to them, empty when there is none.
  std::string open_raw(const std::vector<std::string>& offers) {
    server_.ends.clear();
    raw_ = std::make_unique<support::RawClient>(io_, server_.port());
    std::string request = support::RawClient::upgrade_request();
    request.resize(request.size() - 2);
    for (const std::string& offer : offers) request += "Sec-WebSocket-Extensions: " + offer + "\r\n";
    raw_->write(request + "\r\n");
    EXPECT_TRUE(run_until([this] { return !server_.ends.empty() && peer().heard.opened; }));
    constexpr std::string_view kName = "Sec-WebSocket-Extensions: ";
    const std::string answer = raw_->read_until("\r\n\r\n");
    const std::size_t at = answer.find(kName);
    const std::string agreed =
        at == std::string::npos ? "" : answer.substr(at + kName.size(), answer.find("\r\n", at) - at - kName.size());
    EXPECT_EQ(peer().connection->compresses(), !agreed.empty());
    return agreed;
  }
  std::string deflated(std::string_view payload) {
    std::string out(deflater_.bound(payload.size()), '\0');
    out.resize(deflater_.deflate(payload, out.data()));
    return out;
  }
  std::string compressed_frame(std::string_view payload) {
    const std::string body = deflated(payload);
    char header[10];
    return std::string(header, compressed_frame_header(header, Opcode::text, body.size())) + body;
  }
  bool run_until_heard(std::size_t messages) {
    return run_until([&] { return peer().heard.messages.size() == messages || peer().heard.closed; });
  }

  Deflater deflater_;
  std::unique_ptr<support::RawClient> raw_;
};

TEST_F(Compression, OffersAreTakenAsFarAsTheyCanBeKept) {
  const std::string none(kNoTakeover);
  EXPECT_EQ(open_raw({"permessage-deflate"}), none);
  EXPECT_EQ(open_raw({"permessage-deflate; client_max_window_bits"}), none + "; client_max_window_bits=10")
      << "browsers";
  EXPECT_EQ(open_raw({"permessage-deflate; server_max_window_bits=12; client_max_window_bits=12"}),
            none + "; server_max_window_bits=12; client_max_window_bits=10")
      << "Python";
  EXPECT_EQ(open_raw({"permessage-deflate; server_no_context_takeover; client_no_context_takeover"}), none) << "Go";
  EXPECT_EQ(open_raw({"permessage-deflate; server_max_window_bits=15"}), none + "; server_max_window_bits=12");
  EXPECT_EQ(open_raw({"permessage-deflate; client_max_window_bits=9"}), none + "; client_max_window_bits=9");
  EXPECT_EQ(open_raw({"permessage-deflate; client_max_window_bits=8"}), none + "; client_max_window_bits=8");
  EXPECT_EQ(open_raw({"permessage-deflate; server_max_window_bits=\"13\""}), none + "; server_max_window_bits=12");
}

TEST_F(Compression, OffersThatCannotBeKeptAreDeclinedAndTheNextIsLookedAt) {
  for (const std::string_view parameters :
       {"server_max_window_bits=11", "server_max_window_bits", "server_max_window_bits=16",
        "server_max_window_bits=012", "server_max_window_bits=12x", "client_max_window_bits=7",
        "client_max_window_bits=", "client_max_window_bits=99", "server_no_context_takeover=1",
        "client_no_context_takeover; client_no_context_takeover", "something_else"}) {
    const std::string bad = "permessage-deflate; " + std::string(parameters);
    EXPECT_EQ(open_raw({bad}), "") << bad;
    EXPECT_EQ(open_raw({bad + ", permessage-deflate"}), kNoTakeover) << bad;
    EXPECT_EQ(open_raw({bad, "permessage-deflate"}), kNoTakeover) << bad;
  }
  EXPECT_EQ(open_raw({"other; client_max_window_bits=9,permessage-deflate ,"}), kNoTakeover);
  EXPECT_EQ(open_raw({"x-webkit-deflate-frame"}), "");
}

TEST_F(Compression, IsNotForThoseWhoDoNotOfferItNorWhereItIsOff) {
  EXPECT_EQ(open_raw({}), "");
  ASSERT_TRUE(peer().connection->send(Opcode::text, std::string(500, 'a')));
  peer().connection->ping({});
  peer().connection->flush();
  EXPECT_EQ(raw_->read_until(std::string(500, 'a')).substr(0, 4), std::string("\x81\x7e\x01\xf4")) << "no RSV1";
  raw_->write(raw_frame(kDeflatedText, deflated("hello")));
  ASSERT_TRUE(run_until([this] { return peer().heard.closed.has_value(); }));
  EXPECT_EQ(peer().heard.code(), 1002);

  server_.options.compression = false;
  EXPECT_EQ(open_raw({"permessage-deflate"}), "");
}

TEST_F(Compression, CompressedAndPlainMessagesComeInAlike) {
  open_raw({"permessage-deflate; client_max_window_bits"});
  const std::string json = R"({"action":"subscribe","symbol":"RELIANCE","exchange":"NSE","mode":4,"depth_level":50})";
  const std::string body = deflated(json);
  raw_->write(raw_frame(kDeflatedText, body));
  raw_->write(raw_frame(kPlainText, json));
  raw_->write(raw_frame(kDeflatedPart, body.substr(0, 20)) + raw_frame(0x89, "ping") +
              raw_frame(kLastPart, body.substr(20)));
  raw_->write(raw_frame(kDeflatedText, deflated("")));
  raw_->write(raw_frame(kDeflatedText, deflated(std::string(100'000, 'z'))));
  raw_->write(raw_frame(kDeflatedText, body));
  ASSERT_TRUE(run_until_heard(6));
  EXPECT_THAT(peer().heard.messages, ElementsAre(json, json, json, "", std::string(100'000, 'z'), json));
}

TEST_F(Compression, MessagesOfEveryLengthComeInWhole) {
  open_raw({"permessage-deflate"});
  for (std::size_t size = 1; size <= 600; ++size) {
    const std::string text = std::string(size / 2, 'a') + std::string(size - size / 2, 'b');
    raw_->write(raw_frame(kDeflatedText, deflated(text)));
    ASSERT_TRUE(run_until_heard(1)) << size;
    ASSERT_THAT(peer().heard.messages, ElementsAre(text)) << size;
    peer().heard.messages.clear();
  }
}

TEST_F(Compression, FinishedFramesOfBothKindsGoOut) {
  open_raw({"permessage-deflate; server_max_window_bits=12"});
  const std::string text = "a depth, a depth, a depth, a depth";
  const std::string frame = compressed_frame(text);
  ASSERT_TRUE(peer().connection->append_frames(frame));
  ASSERT_TRUE(peer().connection->send(Opcode::text, text));
  ASSERT_TRUE(peer().connection->append_frames(frame));
  ASSERT_TRUE(peer().connection->send(Opcode::text, "end"));
  peer().connection->flush();
  std::string_view rest;
  const std::string all = raw_->read_until("end");
  rest = all;
  Inflater inflate(kDeflateWindowBits);
  std::vector<std::string> messages;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, frame_size(rest));
    const bool rsv1 = (static_cast<unsigned char>(one[0]) & 0x40U) != 0;
    messages.push_back(rsv1 ? inflate(one.substr(2)) : std::string(one.substr(2)));
    rest.remove_prefix(one.size());
  }
  EXPECT_THAT(messages, ElementsAre(text, text, text, "end"));
}

TEST_F(Compression, ABombIs1009BeforeItHasGrown) {
  server_.options.message_limit = 64 * 1024;
  open_raw({"permessage-deflate"});
  const std::string bomb = deflated(std::string(8 << 20, '\0'));
  ASSERT_LT(bomb.size(), 65'000U);
  raw_->write(raw_frame(kDeflatedText, bomb) + raw_frame(0x88, {}));
  ASSERT_TRUE(run_until([this] { return peer().heard.closed.has_value(); }));
  EXPECT_EQ(peer().heard.code(), 1009);
  EXPECT_THAT(raw_->read_to_end(), HasSubstr("\x88\x11\x03\xf1message too big"));
  EXPECT_TRUE(peer().heard.messages.empty());
}

TEST_F(Compression, WhatIsNoDeflateIs1007WithAReason) {
  const std::string good = deflated(std::string(300, 'a') + "some more text, and more");
  const std::string far = "\x4b\x84\x82\x01";  // a distance beyond what came
  for (const std::string& body :
       {std::string("\xff\xff\xff\xff"), std::string("\x07"), std::string("\x00\x05\x00", 3), far,
        good.substr(0, good.size() / 2), good + '\x06', std::string("\x00\x01\x00\x00\x00x", 6)}) {
    open_raw({"permessage-deflate"});
    raw_->write(raw_frame(kDeflatedText, body) + raw_frame(kPlainText, std::string(40'000, 'x')) + raw_frame(0x88, {}));
    ASSERT_TRUE(run_until([this] { return peer().heard.closed.has_value(); }));
    EXPECT_EQ(peer().heard.code(), 1007);
    EXPECT_THAT(peer().heard.closed->reason, HasSubstr("compressed message"));
    EXPECT_TRUE(peer().heard.messages.empty());
    EXPECT_THAT(raw_->read_to_end(), HasSubstr("\x03\xef" + peer().heard.closed->reason));
  }
}

TEST_F(Compression, FinalBlocksAreUnderstood) {
  open_raw({"permessage-deflate"});
  const std::string hello = std::string("\xf3\x48\xcd\xc9\xc9\x07\0", 7);  // final (RFC 7692, 7.2.3.4)
  raw_->write(raw_frame(kDeflatedText, hello + std::string(1, '\0')));
  raw_->write(raw_frame(kDeflatedText, hello));  // and nothing behind it
  raw_->write(raw_frame(kDeflatedText, hello + hello + deflated(" you")));
  raw_->write(raw_frame(kDeflatedText, hello + hello));
  raw_->write(raw_frame(kDeflatedPart, hello.substr(0, 3)) + raw_frame(kLastPart, hello.substr(3)));
  raw_->write(raw_frame(kDeflatedText, deflated("end")));
  ASSERT_TRUE(run_until_heard(6));
  EXPECT_THAT(peer().heard.messages, ElementsAre("Hello", "Hello", "HelloHello you", "HelloHello", "Hello", "end"));
}

TEST_F(Compression, WhatNeedNotBeLeftAwayMayStay) {
  open_raw({"permessage-deflate"});
  raw_->write(raw_frame(kDeflatedText, deflated("whole") + std::string("\0\0\xff\xff", 4)));
  raw_->write(raw_frame(kDeflatedText, ""));
  raw_->write(raw_frame(kDeflatedText, std::string(1, '\0')));
  raw_->write(raw_frame(kDeflatedText, deflated("end")));
  ASSERT_TRUE(run_until_heard(4));
  EXPECT_THAT(peer().heard.messages, ElementsAre("whole", "", "", "end"));
}

TEST_F(Compression, AMarkWhereNoneMayBeIs1002) {
  for (const std::string& frames : {raw_frame(0xc9, "ping"), raw_frame(0x01, "a") + raw_frame(0xc0, "b"),
                                    raw_frame(0xe1, deflated("a")), raw_frame(0x91, "a")}) {
    open_raw({"permessage-deflate"});
    raw_->write(frames);
    ASSERT_TRUE(run_until([this] { return peer().heard.closed.has_value(); }));
    EXPECT_EQ(peer().heard.code(), 1002);
  }
}

TEST_F(Compression, FramesAreTheSameHoweverTheirBytesAreCut) {
  open_raw({"permessage-deflate"});
  const std::string big(60'000, 'q');
  const std::string all = raw_frame(kDeflatedText, deflated("one")) + raw_frame(kPlainText, "two") +
                          raw_frame(kDeflatedPart, deflated("three").substr(0, 2)) + raw_frame(0x89, "ping") +
                          raw_frame(kLastPart, deflated("three").substr(2)) +
                          raw_frame(kPlainText, std::string(200, 'p'));
  for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 1000UL})
    for (std::size_t at = 0; at < all.size(); at += piece) {
      raw_->write(all.substr(at, piece));
      io_.poll();
    }
  raw_->write(raw_frame(kPlainText, big) + raw_frame(kDeflatedText, deflated(big)));
  ASSERT_TRUE(run_until_heard(22));
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(peer().heard.messages[4 * i], "one");
    EXPECT_EQ(peer().heard.messages[4 * i + 1], "two");
    EXPECT_EQ(peer().heard.messages[4 * i + 2], "three");
    EXPECT_EQ(peer().heard.messages[4 * i + 3], std::string(200, 'p'));
  }
  EXPECT_EQ(peer().heard.messages[20], big);
  EXPECT_EQ(peer().heard.messages[21], big);
}

TEST_F(Compression, InvalidUtf8IsFoundInsideToo) {
  open_raw({"permessage-deflate"});
  raw_->write(raw_frame(0xc2, deflated("cut \xe2\x82")));
  ASSERT_TRUE(run_until_heard(1)) << "a binary message may be anything";
  for (const char* text : {"cut \xe2\x82", "\xff", "a\xc3(b", "\xed\xa0\x80 and more text behind it"}) {
    open_raw({"permessage-deflate"});
    raw_->write(raw_frame(kDeflatedText, deflated(text)) + raw_frame(0x88, {}));
    ASSERT_TRUE(run_until([this] { return peer().heard.closed.has_value(); }));
    EXPECT_EQ(peer().heard.code(), 1007);
    EXPECT_TRUE(peer().heard.messages.empty());
  }
  open_raw({"permessage-deflate"});
  std::string euros;
  for (int i = 0; i < 20'000; ++i) euros += "\xe2\x82\xac";  // cut by every piece
  raw_->write(raw_frame(kDeflatedText, deflated(euros)));
  ASSERT_TRUE(run_until_heard(1));
  EXPECT_THAT(peer().heard.messages, ElementsAre(euros));
}

}  // namespace
}  // namespace gw::websocket
