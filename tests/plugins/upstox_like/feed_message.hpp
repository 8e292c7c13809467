// One frame of Upstox's market data feed V3, a protobuf FeedResponse, as plain values. [adapter]
// Source: upstox-js-sdk 2.31.0, MarketDataFeedV3.proto (package com.upstox.marketdatafeederv3udapi.rpc.proto), which
// has the fields of the closing auction beside those of the older proto of upstox-python. proto3 leaves zeros out: a
// number that is missing is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protobuf_reader.hpp"

namespace upstox_like {

// RequestMode of the proto: the mode that the broker serves an instrument in.
enum class RequestMode : std::uint32_t { kLtpc = 0, kFull = 1, kOptionGreeks = 2, kFull30 = 3 };

struct BidAsk {
  std::int64_t bid_quantity = 0;
  double bid_price = 0;
  std::int64_t ask_quantity = 0;
  double ask_price = 0;
};

// What the frame says of one instrument.
struct Feed {
  enum class Kind { kNone, kLtpc, kMarket, kIndex, kFirstLevel };

  std::string_view key;  // points into the frame
  Kind kind = Kind::kNone;
  std::uint32_t request_mode = 0;
  // LTPC
  double ltp = 0;
  std::int64_t last_trade_ms = 0;
  std::int64_t last_quantity = 0;
  double previous_close = 0;
  double indicative_price = 0;  // iep
  // OHLC of the interval "1d"
  bool has_day = false;
  double open = 0, high = 0, low = 0;
  // MarketFullFeed
  std::size_t first_level = 0, level_count = 0;  // within FeedMessage::levels
  double average_price = 0, open_interest = 0, total_buy = 0, total_sell = 0;
  std::int64_t volume = 0;
  std::int64_t indicative_quantity = 0;  // ieq
  // OptionGreeks
  bool has_greeks = false;
  double delta = 0, theta = 0, gamma = 0, vega = 0, rho = 0, implied_volatility = 0;
};

class FeedMessage {
 public:
  // Reads the whole frame. Returns what is wrong with it, "found …, expected …"; empty: nothing. `frame` must outlive
  // the use of what was read.
  std::string read(std::span<const std::byte> frame);

  const std::vector<Feed>& feeds() const { return feeds_; }
  std::span<const BidAsk> levels(const Feed& feed) const {
    return std::span(levels_).subspan(feed.first_level, feed.level_count);
  }
  // Segment and MarketStatus of a frame with market_info.
  const std::vector<std::pair<std::string_view, std::uint32_t>>& segments() const { return segments_; }

 private:
  using Bytes = std::span<const std::byte>;

  template <class TakeField>
  bool each_field(Bytes message, const char* name, TakeField&& take);
  bool expect(const ProtobufField& field, WireType type);
  bool read_real(const ProtobufField& field, double& to);
  bool read_integer(const ProtobufField& field, std::int64_t& to);
  bool read_enum(const ProtobufField& field, std::uint32_t& to);
  bool read_text(const ProtobufField& field, std::string_view& to);
  template <class Read>
  bool read_message(const ProtobufField& field, Read&& read);

  bool read_feed(Bytes message, Feed& feed);
  bool read_ltpc(Bytes message, Feed& feed);
  bool read_full(Bytes message, Feed& feed);
  bool read_market(Bytes message, Feed& feed);
  bool read_index(Bytes message, Feed& feed);
  bool read_first_level(Bytes message, Feed& feed);
  bool read_levels(Bytes message, Feed& feed);
  bool read_quote(Bytes message, Feed& feed);
  bool read_greeks(Bytes message, Feed& feed);
  bool read_ohlc(Bytes message, Feed& feed);
  bool read_market_info(Bytes message);

  // Members keep their memory from frame to frame.
  std::vector<Feed> feeds_;
  std::vector<BidAsk> levels_;
  std::vector<std::pair<std::string_view, std::uint32_t>> segments_;
  std::string problem_;
  const char* message_name_ = "";
};

}  // namespace upstox_like
