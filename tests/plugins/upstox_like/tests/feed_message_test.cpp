#include "feed_message.hpp"

#include <gtest/gtest.h>

#include "messages.hpp"

namespace upstox_like {
namespace {

// Keeps the frame, since what was read points into it.
std::string read(FeedMessage& message, const std::string& bytes) {
  static std::string kept;
  kept = bytes;
  return message.read(std::as_bytes(std::span(kept)));
}

TEST(FeedMessage, AFrameOfLtpcWrittenByHand) {
  using namespace std::string_literals;
  // type live_feed; feeds {"A|1": {ltpc: {ltp 1.5, ltt 1000, ltq 0, cp 2.0}, requestMode ltpc}}; currentTs 1
  const std::string bytes =
      "\x08\x01"s
      "\x12\x1e\x0a\x03"
      "A|1"s
      "\x12\x17\x0a\x15\x09\0\0\0\0\0\0\xf8\x3f\x10\xe8\x07\x21\0\0\0\0\0\0\0\x40"s
      "\x18\x01"s;
  FeedMessage message;
  ASSERT_EQ(read(message, bytes), "");
  ASSERT_EQ(message.feeds().size(), 1u);
  const Feed& feed = message.feeds()[0];
  EXPECT_EQ(feed.key, "A|1");
  EXPECT_EQ(feed.kind, Feed::Kind::kLtpc);
  EXPECT_EQ(feed.ltp, 1.5);
  EXPECT_EQ(feed.last_trade_ms, 1000);
  EXPECT_EQ(feed.last_quantity, 0);
  EXPECT_EQ(feed.previous_close, 2.0);
}

TEST(FeedMessage, AFullFeedWithEverything) {
  Message levels;
  levels.message(1, quote(10, 99.5, 0, 0)).message(1, quote(0, 0, 20, 100.5));
  const Message ohlc =
      Message()
          .message(1, Message().text(1, "I1").real(2, 1).real(3, 2).real(4, 3))
          .message(1, Message().text(1, "1d").real(2, 90).real(3, 110).real(4, 80).real(5, 100).integer(6, 5))
          .message(1, Message().text(1, "I30").real(2, 4).real(3, 5).real(4, 4));
  Message market;
  market.message(1, ltpc(100).message(5, Message().real(1, 101.25)))
      .message(2, levels)
      .message(3, Message().real(1, 0.5).real(2, -3.25).real(3, 0.001).real(4, 12).real(5, 1))
      .message(4, ohlc)
      .real(5, 99.875)
      .integer(6, 123456)
      .real(7, 7000)
      .real(8, 0.18)
      .real(9, 111)
      .real(10, 222)
      .real(12, 5)  // rp: not read
      .integer(13, 400)
      .integer(99, 1);
  FeedMessage message;
  ASSERT_EQ(read(message, frame("NSE_FO|1", full(market, 3)).bytes()), "");
  ASSERT_EQ(message.feeds().size(), 1u);
  const Feed& feed = message.feeds()[0];
  EXPECT_EQ(feed.kind, Feed::Kind::kMarket);
  EXPECT_EQ(feed.request_mode, 3u);
  EXPECT_EQ(feed.indicative_price, 101.25);
  EXPECT_EQ(feed.indicative_quantity, 400);
  EXPECT_TRUE(feed.has_day);
  EXPECT_EQ(feed.open, 90);
  EXPECT_EQ(feed.high, 110);
  EXPECT_EQ(feed.low, 80);
  EXPECT_EQ(feed.average_price, 99.875);
  EXPECT_EQ(feed.volume, 123456);
  EXPECT_EQ(feed.open_interest, 7000);
  EXPECT_EQ(feed.implied_volatility, 0.18);
  EXPECT_EQ(feed.total_buy, 111);
  EXPECT_EQ(feed.total_sell, 222);
  EXPECT_TRUE(feed.has_greeks);
  EXPECT_EQ(feed.theta, -3.25);
  EXPECT_EQ(feed.gamma, 0.001);
  const auto read_levels = message.levels(feed);
  ASSERT_EQ(read_levels.size(), 2u);
  EXPECT_EQ(read_levels[0].bid_quantity, 10);
  EXPECT_EQ(read_levels[0].ask_quantity, 0);  // left out on the wire
  EXPECT_EQ(read_levels[1].bid_price, 0);
  EXPECT_EQ(read_levels[1].ask_price, 100.5);
}

TEST(FeedMessage, LevelsOfSeveralInstrumentsStayApart) {
  Message two;
  two.message(2, entry("A|1", full(Message().message(2, Message().message(1, quote(1, 1, 1, 2))))))
      .message(2, entry("A|2", full(Message().message(2, Message().message(1, quote(7, 7, 7, 8)).message(1, {})))));
  FeedMessage message;
  ASSERT_EQ(read(message, two.bytes()), "");
  ASSERT_EQ(message.feeds().size(), 2u);
  EXPECT_EQ(message.levels(message.feeds()[0])[0].bid_quantity, 1);
  ASSERT_EQ(message.levels(message.feeds()[1]).size(), 2u);
  EXPECT_EQ(message.levels(message.feeds()[1])[0].bid_quantity, 7);
  // The next frame has none of it.
  ASSERT_EQ(read(message, ""), "");
  EXPECT_TRUE(message.feeds().empty());
}

TEST(FeedMessage, OfTwoBooksOfOneInstrumentTheLastCounts) {
  const Message market = Message()
                             .message(2, Message().message(1, quote(1, 1, 1, 2)).message(1, quote(2, 1, 2, 2)))
                             .message(2, Message().message(1, quote(3, 1, 3, 2)));
  FeedMessage message;
  ASSERT_EQ(read(message, frame("A|1", full(market)).bytes()), "");
  const auto levels = message.levels(message.feeds().at(0));
  ASSERT_EQ(levels.size(), 1u);
  EXPECT_EQ(levels[0].bid_quantity, 3);
}

TEST(FeedMessage, TheStatusOfSegments) {
  const Message info = Message()
                           .message(1, Message().text(1, "NSE_EQ").integer(2, 2))
                           .message(1, Message().text(1, "MCX_FO"));  // PRE_OPEN_START is 0
  FeedMessage message;
  ASSERT_EQ(read(message, Message().integer(1, 2).message(4, info).bytes()), "");
  ASSERT_EQ(message.segments().size(), 2u);
  EXPECT_EQ(message.segments()[0], (std::pair<std::string_view, std::uint32_t>("NSE_EQ", 2)));
  EXPECT_EQ(message.segments()[1].second, 0u);
}

TEST(FeedMessage, AnotherWireTypeIsRefusedByName) {
  FeedMessage message;
  EXPECT_EQ(read(message, frame("A|1", Message().message(1, Message().integer(1, 5))).bytes()),
            "found wire type 0 in field 1 of LTPC, expected 1");
  EXPECT_EQ(read(message, Message().integer(2, 5).bytes()), "found wire type 0 in field 2 of FeedResponse, expected 2");
  EXPECT_EQ(read(message, frame("A|1", Message().text(1, "\x09zz")).bytes()),
            "found the end within a fixed number in LTPC, expected a whole protobuf message");
}

}  // namespace
}  // namespace upstox_like
