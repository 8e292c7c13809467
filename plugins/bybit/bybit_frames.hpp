// Bybit's text frames as structures: pure functions over texts, no state, no allocation once the lists have grown. Any
// thread. Source: bybit-exchange.github.io/docs, v5/ws/connect (answers), v5/websocket/public/orderbook, ticker and
// trade. Every text of a structure points into the frame. Prices and sizes stay texts here, since their exponents are
// the instrument's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bybit {

enum class Kind {
  kAnswer,  // to a request: subscribe, unsubscribe, ping
  kBook,    // "orderbook.DEPTH.SYMBOL"
  kTicker,  // "tickers.SYMBOL"
  kTrades,  // "publicTrade.SYMBOL"
  kOther    // a topic that this plugin never asks for
};

struct Topic {
  Kind kind = Kind::kOther;
  std::string_view symbol;
  std::uint32_t depth = 0;  // of a book
};
Topic topic_of(std::string_view text);

// The members that every frame has, and the text of `data`, which has been checked to be JSON.
struct Frame {
  Topic topic{Kind::kAnswer, {}, 0};
  bool is_snapshot = false;
  std::int64_t feed_ms = 0;    // "ts": when Bybit's feed made the frame; 0: none
  std::int64_t engine_ms = 0;  // "cts": when the matching engine made its content; 0: none
  std::string_view data;
  // Of an answer:
  std::string_view op;
  std::string_view request;  // "req_id"
  std::string_view message;  // "ret_msg"
  std::optional<bool> success;
};

struct LevelText {
  std::string_view price;
  std::string_view size;  // "0": the level is gone
};

struct BookData {
  std::string_view symbol;
  std::vector<LevelText> bids;
  std::vector<LevelText> asks;
  std::int64_t update = 0;    // "u"
  std::int64_t sequence = 0;  // "seq"
};

enum TickerField : std::size_t {
  kLastPrice,
  kHighPrice,
  kLowPrice,
  kPreviousPrice,  // 24 hours ago
  kVolume,
  kTurnover,
  kOpenInterest,
  kBidPrice,
  kBidSize,
  kAskPrice,
  kAskSize,
  kMarkPrice,
  kIndexPrice,
  kFundingRate,
  kTickerFields
};

// Empty: the frame does not have the field, or has an empty one, which means that there is no such value.
struct TickerData {
  std::string_view symbol;
  std::array<std::string_view, kTickerFields> fields;
};

// The newest trade of a frame. Block trades are negotiated away from the book, and are passed over.
struct TradeData {
  std::string_view symbol;
  std::string_view price;  // empty: the frame has block trades only
  std::string_view size;
  std::int64_t time_ms = 0;
};

// What is wrong with a frame, as "found …, expected …"; null: nothing.
using Problem = const char*;

Problem read_frame(std::string_view text, Frame& out);
Problem read_book(std::string_view data, BookData& out);
Problem read_ticker(std::string_view data, TickerData& out);
Problem read_trades(std::string_view data, TradeData& out);

}  // namespace bybit
