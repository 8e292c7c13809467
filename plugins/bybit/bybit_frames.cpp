#include "bybit_frames.hpp"

#include <charconv>

#include "json_cursor.hpp"

namespace bybit {
namespace {

constexpr Problem kNoJson = "found no valid JSON, expected a JSON object";
constexpr Problem kNoTime = "found a time of another form, expected whole milliseconds";
constexpr Problem kNoBook = "found a book of another form, expected {s, b: [[price, size], …], a, u, seq}";
constexpr Problem kNoTicker = "found a ticker of another form, expected an object of texts with symbol";
constexpr Problem kNoTrades = "found trades of another form, expected [{T, s, v, p, BT}, …]";

constexpr std::array<std::string_view, kTickerFields> kFieldNames = {
    "lastPrice", "highPrice24h", "lowPrice24h", "prevPrice24h", "volume24h", "turnover24h", "openInterest",
    "bid1Price", "bid1Size",     "ask1Price",   "ask1Size",     "markPrice", "indexPrice",  "fundingRate"};

// Times are whole milliseconds that still fit as nanoseconds.
constexpr std::int64_t kMaxMilliseconds = INT64_MAX / 1'000'000;

bool read_time(JsonCursor& json, std::int64_t& out) { return json.integer(out) && out >= 0 && out <= kMaxMilliseconds; }

bool read_side(JsonCursor& json, std::vector<LevelText>& out) {
  out.clear();
  if (!json.enter_array()) return false;
  while (json.next_element()) {
    LevelText level;
    if (!json.enter_array() || !json.next_element() || !json.string(level.price) || !json.next_element() ||
        !json.string(level.size) || json.next_element())
      return false;
    out.push_back(level);
  }
  return json.is_good();
}

}  // namespace

Topic topic_of(std::string_view text) {
  const auto behind = [text](std::string_view word) { return text.substr(word.size()); };
  if (text.starts_with("tickers.")) return {Kind::kTicker, behind("tickers."), 0};
  if (text.starts_with("publicTrade.")) return {Kind::kTrades, behind("publicTrade."), 0};
  if (!text.starts_with("orderbook.")) return {};
  const std::string_view rest = behind("orderbook.");
  const char* const stop = rest.data() + rest.size();
  std::uint32_t depth = 0;
  const auto [end, error] = std::from_chars(rest.data(), stop, depth);
  if (error != std::errc{} || end == stop || *end != '.') return {};  // "orderbook.full.BTCUSDT"
  return {Kind::kBook, rest.substr(static_cast<std::size_t>(end - rest.data()) + 1), depth};
}

Problem read_frame(std::string_view text, Frame& out) {
  out = {};
  JsonCursor json(text);
  std::string_view key, topic, type;
  if (!json.enter_object()) return kNoJson;
  while (json.next_member(key)) {
    const bool is_text = json.peek() == '"';
    if (key == "data") {
      json.skip(out.data);
    } else if (key == "ts" || key == "cts") {
      std::int64_t& time = key == "ts" ? out.feed_ms : out.engine_ms;
      if (!read_time(json, time)) return kNoTime;
    } else if (key == "success" && (json.peek() == 't' || json.peek() == 'f')) {
      bool success = false;
      if (json.boolean(success)) out.success = success;
    } else if (is_text && key == "topic") {
      json.string(topic);
    } else if (is_text && key == "type") {
      json.string(type);
    } else if (is_text && key == "op") {
      json.string(out.op);
    } else if (is_text && key == "req_id") {
      json.string(out.request);
    } else if (is_text && key == "ret_msg") {
      json.string(out.message);
    } else {
      json.skip();
    }
  }
  if (!json.is_at_end()) return kNoJson;
  if (topic.empty()) {
    if (out.op.empty() && !out.success) return "found neither a topic nor an op, expected one of both";
    return nullptr;
  }
  out.topic = topic_of(topic);
  if (out.topic.kind == Kind::kOther) return nullptr;
  if (type != "snapshot" && type != "delta") return "found a type of another name, expected snapshot or delta";
  out.is_snapshot = type == "snapshot";
  if (out.data.empty()) return "found a topic without data, expected some";
  return nullptr;
}

Problem read_book(std::string_view data, BookData& out) {
  out.symbol = {};
  out.bids.clear();
  out.asks.clear();
  out.update = out.sequence = -1;
  JsonCursor json(data);
  std::string_view key;
  bool has_bids = false, has_asks = false;
  if (!json.enter_object()) return kNoBook;
  while (json.next_member(key)) {
    bool good = true;
    if (key == "b") {
      good = has_bids = read_side(json, out.bids);
    } else if (key == "a") {
      good = has_asks = read_side(json, out.asks);
    } else if (key == "u") {
      good = json.integer(out.update);
    } else if (key == "seq") {
      good = json.integer(out.sequence);
    } else if (key == "s") {
      good = json.string(out.symbol);
    } else {
      good = json.skip();
    }
    if (!good) return kNoBook;
  }
  if (!json.is_at_end() || !has_bids || !has_asks || out.update < 0 || out.symbol.empty()) return kNoBook;
  return nullptr;
}

Problem read_ticker(std::string_view data, TickerData& out) {
  out = {};
  JsonCursor json(data);
  std::string_view key;
  if (!json.enter_object()) return kNoTicker;
  while (json.next_member(key)) {
    std::string_view* place = key == "symbol" ? &out.symbol : nullptr;
    for (std::size_t i = 0; i < kFieldNames.size() && place == nullptr; ++i)
      if (kFieldNames[i] == key) place = &out.fields[i];
    const bool is_absent = json.peek() == 'n';  // null
    if (place == nullptr || is_absent)
      json.skip();
    else
      json.string(*place);
  }
  if (!json.is_at_end() || out.symbol.empty()) return kNoTicker;
  return nullptr;
}

Problem read_trades(std::string_view data, TradeData& out) {
  out = {};
  JsonCursor json(data);
  if (!json.enter_array()) return kNoTrades;
  while (json.next_element()) {
    TradeData trade;
    bool is_block = false, has_time = false;
    std::string_view key;
    if (!json.enter_object()) return kNoTrades;
    while (json.next_member(key)) {
      bool good = true;
      if (key == "T")
        good = has_time = read_time(json, trade.time_ms);
      else if (key == "s")
        good = json.string(trade.symbol);
      else if (key == "p")
        good = json.string(trade.price);
      else if (key == "v")
        good = json.string(trade.size);
      else if (key == "BT")
        good = json.boolean(is_block);
      else
        good = json.skip();
      if (!good) return kNoTrades;
    }
    if (!json.is_good() || !has_time || trade.symbol.empty() || trade.price.empty() || trade.size.empty())
      return kNoTrades;
    if (!out.symbol.empty() && trade.symbol != out.symbol) return kNoTrades;
    out.symbol = trade.symbol;
    // Trades of one time stand in the order in which they happened.
    if (!is_block && trade.time_ms >= out.time_ms) out = trade;
  }
  if (!json.is_at_end() || out.symbol.empty()) return kNoTrades;
  return nullptr;
}

}  // namespace bybit
