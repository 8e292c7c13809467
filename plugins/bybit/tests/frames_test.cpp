#include "bybit_frames.hpp"

#include <gmock/gmock.h>

namespace bybit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Frame frame_of(std::string_view text) {
  Frame frame;
  EXPECT_EQ(read_frame(text, frame), nullptr) << text;
  return frame;
}

std::string problem_of(std::string_view text) {
  Frame frame;
  const Problem problem = read_frame(text, frame);
  return problem == nullptr ? "none" : problem;
}

TEST(Frames, ABooksFrame) {
  const Frame frame = frame_of(
      R"({"topic":"orderbook.200.BTCUSDT","type":"delta","ts":17,"data":{"s":"BTCUSDT","b":[["1.10","0"]],"a":[],"u":5,"seq":6},"cts":16})");
  EXPECT_EQ(frame.topic.kind, Kind::kBook);
  EXPECT_EQ(frame.topic.depth, 200U);
  EXPECT_EQ(frame.topic.symbol, "BTCUSDT");
  EXPECT_FALSE(frame.is_snapshot);
  EXPECT_EQ(frame.feed_ms, 17);
  EXPECT_EQ(frame.engine_ms, 16);
  BookData book;
  ASSERT_EQ(read_book(frame.data, book), nullptr);
  EXPECT_EQ(book.symbol, "BTCUSDT");
  EXPECT_EQ(book.update, 5);
  EXPECT_EQ(book.sequence, 6);
  ASSERT_EQ(book.bids.size(), 1U);
  EXPECT_EQ(book.bids[0].price, "1.10");
  EXPECT_EQ(book.bids[0].size, "0");
  EXPECT_TRUE(book.asks.empty());
}

TEST(Frames, MembersMayComeInAnyOrderAndNewOnesArePassedOver) {
  const Frame frame = frame_of(
      R"({"data":{"seq":6,"u":5,"new":[{}],"a":[],"b":[],"s":"X"},"new":{"a":[1]},"cts":1,"ts":2,"type":"snapshot","topic":"orderbook.1.X"})");
  EXPECT_EQ(frame.topic.kind, Kind::kBook);
  EXPECT_TRUE(frame.is_snapshot);
  BookData book;
  EXPECT_EQ(read_book(frame.data, book), nullptr);
}

TEST(Frames, Topics) {
  EXPECT_EQ(topic_of("tickers.BTCUSDT-14AUG26").symbol, "BTCUSDT-14AUG26");
  EXPECT_EQ(topic_of("publicTrade.X").kind, Kind::kTrades);
  EXPECT_EQ(topic_of("orderbook.1000.X").depth, 1000U);
  for (const char* other : {"", "tickers", "kline.1.X", "orderbook.full.X", "orderbook.50", "orderbook.-1.X",
                            "orderbook.99999999999.X", "orderbook.rpi.X"})
    EXPECT_EQ(topic_of(other).kind, Kind::kOther) << other;
  EXPECT_EQ(frame_of(R"({"topic":"kline.1.X","data":[]})").topic.kind, Kind::kOther);
}

TEST(Frames, Answers) {
  const Frame taken = frame_of(R"({"success":true,"ret_msg":"","conn_id":"c","req_id":"7","op":"subscribe"})");
  EXPECT_EQ(taken.topic.kind, Kind::kAnswer);
  EXPECT_EQ(taken.success, true);
  EXPECT_EQ(taken.request, "7");
  EXPECT_EQ(taken.op, "subscribe");
  const Frame refused =
      frame_of(R"({"success":false,"ret_msg":"error:handler not found","req_id":"8","op":"subscribe"})");
  EXPECT_EQ(refused.success, false);
  EXPECT_EQ(refused.message, "error:handler not found");
  EXPECT_EQ(frame_of(R"({"req_id":"","op":"pong","args":["1"],"conn_id":"c"})").op, "pong");
  EXPECT_EQ(frame_of(R"({"success":true,"ret_msg":"pong","conn_id":"c","op":"ping"})").op, "ping");
}

TEST(Frames, WhatIsMalformedIsRefusedWithOneClearText) {
  EXPECT_THAT(problem_of("hello"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(problem_of("[1]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(problem_of(R"({"topic":"tickers.X","type":"delta","data":{},"ts":1}x)"), HasSubstr("no valid JSON"));
  EXPECT_THAT(problem_of(R"({"ts":1.5,"topic":"tickers.X","type":"delta","data":{}})"), HasSubstr("found a time"));
  EXPECT_THAT(problem_of(R"({"ts":9223372036854775807,"topic":"tickers.X","type":"delta","data":{}})"),
              HasSubstr("found a time"));
  EXPECT_THAT(problem_of(R"({"ts":-1,"topic":"tickers.X","type":"delta","data":{}})"), HasSubstr("found a time"));
  EXPECT_THAT(problem_of(R"({"topic":"tickers.X","type":"update","data":{}})"),
              HasSubstr("expected snapshot or delta"));
  EXPECT_THAT(problem_of(R"({"topic":"tickers.X","type":"delta"})"), HasSubstr("without data"));
  EXPECT_THAT(problem_of(R"({"a":1})"), StartsWith("found neither"));
  EXPECT_EQ(problem_of(R"({"topic":5,"op":"pong"})"), "none");
}

TEST(Frames, BooksOfAnotherFormAreRefused) {
  BookData book;
  for (const char* data :
       {"[]", "{}", R"({"s":"X","b":[],"u":1})", R"({"s":"X","b":[],"a":[]})", R"({"b":[],"a":[],"u":1})",
        R"({"s":"X","b":[["1"]],"a":[],"u":1})", R"({"s":"X","b":[["1","2","3"]],"a":[],"u":1})",
        R"({"s":"X","b":[[1,2]],"a":[],"u":1})", R"({"s":"X","b":["1"],"a":[],"u":1})",
        R"({"s":"X","b":{},"a":[],"u":1})", R"({"s":"X","b":[],"a":[],"u":-1})", R"({"s":"X","b":[],"a":[],"u":"1"})",
        R"({"s":"X","b":null,"a":[],"u":1})"})
    EXPECT_NE(read_book(data, book), nullptr) << data;
  EXPECT_EQ(read_book(R"({"s":"X","b":[],"a":[],"u":1})", book), nullptr) << "seq is not needed";
}

TEST(Frames, TickersHaveWhatTheyCarry) {
  TickerData ticker;
  ASSERT_EQ(
      read_ticker(R"({"symbol":"X","lastPrice":"1.5","markPrice":"","openInterest":null,"tickDirection":"PlusTick"})",
                  ticker),
      nullptr);
  EXPECT_EQ(ticker.fields[kLastPrice], "1.5");
  for (const auto field : {kMarkPrice, kOpenInterest, kBidPrice}) EXPECT_EQ(ticker.fields[field], "");
  for (const char* data : {"[]", "{}", R"({"lastPrice":"1"})", R"({"symbol":"X","lastPrice":1.5})"})
    EXPECT_NE(read_ticker(data, ticker), nullptr) << data;
}

TEST(Frames, TheLastTradeOfAFrameWithoutBlockTrades) {
  TradeData trade;
  ASSERT_EQ(read_trades(R"([{"T":5,"s":"X","v":"1","p":"10","BT":false},{"T":7,"s":"X","v":"2","p":"11","BT":false},
      {"T":7,"s":"X","v":"3","p":"12","BT":false},{"T":6,"s":"X","v":"4","p":"13","BT":false},
      {"T":9,"s":"X","v":"5","p":"14","BT":true}])",
                        trade),
            nullptr);
  EXPECT_EQ(trade.price, "12");
  EXPECT_EQ(trade.size, "3");
  EXPECT_EQ(trade.time_ms, 7);
  ASSERT_EQ(read_trades(R"([{"T":9,"s":"X","v":"5","p":"14","BT":true}])", trade), nullptr);
  EXPECT_EQ(trade.price, "");
  EXPECT_EQ(trade.symbol, "X");
  for (const char* data : {"{}", "[]", "[5]", R"([{"T":5,"s":"X","v":"1"}])", R"([{"s":"X","v":"1","p":"1"}])",
                           R"([{"T":"5","s":"X","v":"1","p":"1"}])", R"([{"T":5,"s":"X","v":1,"p":"1"}])",
                           R"([{"T":5,"s":"X","v":"1","p":"1"},{"T":5,"s":"Y","v":"1","p":"1"}])"})
    EXPECT_NE(read_trades(data, trade), nullptr) << data;
}

}  // namespace
}  // namespace bybit
