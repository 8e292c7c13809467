#include "core/protocol/json_encoder.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/text.hpp"
#include "core/protocol/number_writer.hpp"
#include "core/websocket/connection.hpp"

namespace gw::protocol {
namespace {

using routing::TopicInfo;
using routing::TopicUpdate;
using routing::Variant;

constexpr std::string_view kLtp = ",\"ltp\":";  // the end of a head
constexpr std::size_t kHeaderRoom = 10;
constexpr std::size_t kLevelBytes = 96;    // the longest level: two 20-digit numbers, a price, the keys
constexpr std::size_t kValueBytes = 4096;  // every other value with its key, each at its longest

// A key of the JSON text, with the comma before it, quotes and colon. put() copies the whole array, which the compiler
// does in two or three moves; the next value overwrites what is too much.
class Key {
 public:
  consteval Key(std::string_view text) : size_(text.size()) {
    if (size_ > sizeof text_) throw "a longer key than there is room for";
    text.copy(text_, size_);
  }
  char* put(char* at) const {
    std::memcpy(at, text_, sizeof text_);
    return at + size_;
  }

 private:
  char text_[24] = {};
  std::size_t size_;
};

enum class Unit : std::uint8_t { price, quantity, time };

struct Value {
  Key key;
  std::uint64_t bit;
  std::int64_t bgw_tick::*member;
  Unit unit;
};

constexpr Value kQuote[] = {
    {{",\"open\":"}, BGW_HAS_OPEN, &bgw_tick::open, Unit::price},
    {{",\"high\":"}, BGW_HAS_HIGH, &bgw_tick::high, Unit::price},
    {{",\"low\":"}, BGW_HAS_LOW, &bgw_tick::low, Unit::price},
    {{",\"close\":"}, BGW_HAS_CLOSE, &bgw_tick::close, Unit::price},
    {{",\"volume\":"}, BGW_HAS_VOLUME, &bgw_tick::volume, Unit::quantity},
    {{",\"last_trade_quantity\":"}, BGW_HAS_LAST_QUANTITY, &bgw_tick::last_quantity, Unit::quantity},
    {{",\"avg_trade_price\":"}, BGW_HAS_AVERAGE_PRICE, &bgw_tick::average_price, Unit::price},
};

constexpr Value kExtra[] = {
    {{",\"oi\":"}, BGW_HAS_OI, &bgw_tick::oi, Unit::quantity},
    {{",\"last_trade_time\":"}, BGW_HAS_LAST_TRADE_TIME, &bgw_tick::last_trade_time_ns, Unit::time},
    {{",\"total_buy_quantity\":"}, BGW_HAS_TOTAL_BUY, &bgw_tick::total_buy_quantity, Unit::quantity},
    {{",\"total_sell_quantity\":"}, BGW_HAS_TOTAL_SELL, &bgw_tick::total_sell_quantity, Unit::quantity},
};

struct RareValue {
  Key key;
  std::uint64_t bit;
  std::int64_t bgw_tick_rare::*member;
  Unit unit;
};

constexpr RareValue kRare[] = {
    {{",\"oi_day_high\":"}, BGW_HAS_OI_DAY_HIGH, &bgw_tick_rare::oi_day_high, Unit::quantity},
    {{",\"oi_day_low\":"}, BGW_HAS_OI_DAY_LOW, &bgw_tick_rare::oi_day_low, Unit::quantity},
    {{",\"upper_circuit\":"}, BGW_HAS_UPPER_CIRCUIT, &bgw_tick_rare::upper_circuit, Unit::price},
    {{",\"lower_circuit\":"}, BGW_HAS_LOWER_CIRCUIT, &bgw_tick_rare::lower_circuit, Unit::price},
    {{",\"high_52_weeks\":"}, BGW_HAS_HIGH_52_WEEKS, &bgw_tick_rare::high_52_weeks, Unit::price},
    {{",\"low_52_weeks\":"}, BGW_HAS_LOW_52_WEEKS, &bgw_tick_rare::low_52_weeks, Unit::price},
};

// The names of further values, by BGW_VALUE_*.
constexpr Key kNamed[] = {{""},
                          {",\"bid\":"},
                          {",\"bid_quantity\":"},
                          {",\"ask\":"},
                          {",\"ask_quantity\":"},
                          {",\"delta\":"},
                          {",\"gamma\":"},
                          {",\"theta\":"},
                          {",\"vega\":"},
                          {",\"rho\":"},
                          {",\"implied_volatility\":"},
                          {",\"indicative_price\":"},
                          {",\"indicative_quantity\":"},
                          {",\"trades\":"},
                          {",\"turnover\":"},
                          {",\"mark_price\":"},
                          {",\"index_price\":"},
                          {",\"funding_rate\":"}};
static_assert(std::size(kNamed) == BGW_VALUE_FUNDING_RATE + 1);

char* put_value(char* at, const Key& key, std::int64_t value, Unit unit, Exponents exponents) {
  at = key.put(at);
  if (unit == Unit::time) return put_nano(at, value);
  return unit == Unit::price ? put_price(at, value, exponents.price) : put_quantity(at, value, exponents.quantity);
}

char* put_quote(char* at, const bgw_tick& tick, Exponents exponents) {
  for (const Value& v : kQuote)
    if ((tick.present & v.bit) != 0) at = put_value(at, v.key, tick.*v.member, v.unit, exponents);
  return at;
}

char* put_extra_values(char* at, const bgw_tick& tick, const bgw_tick_rare* rare, Exponents exponents) {
  for (const Value& v : kExtra)
    if ((tick.present & v.bit) != 0) at = put_value(at, v.key, tick.*v.member, v.unit, exponents);
  if (rare == nullptr) return at;
  for (const RareValue& v : kRare)
    if ((tick.present & v.bit) != 0) at = put_value(at, v.key, rare->*v.member, v.unit, exponents);
  return at;
}

// Whether the side that the value is of has no order: its quantity is 0.
bool is_side_empty(std::uint32_t kind, std::span<const bgw_value> values) {
  const std::uint32_t quantity = kind <= BGW_VALUE_BID_QUANTITY ? BGW_VALUE_BID_QUANTITY : BGW_VALUE_ASK_QUANTITY;
  const auto found = std::ranges::find(values, quantity, &bgw_value::kind);
  return found != values.end() && found->value == 0;
}

// `has_book`: a book stands beside the values, and says what is best.
char* put_named_values(char* at, std::span<const bgw_value> values, bool has_book) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bgw_value& v = values[i];
    if (v.kind == 0 || v.kind >= std::size(kNamed)) continue;  // one that clients do not get, or not known here
    if (v.kind <= BGW_VALUE_ASK_QUANTITY && (has_book || is_side_empty(v.kind, values))) continue;
    // Of two values of one kind the last one counts, as it does for the last values.
    if (std::ranges::find(values.subspan(i + 1), v.kind, &bgw_value::kind) != values.end()) continue;
    at = kNamed[v.kind].put(at);
    at = v.exponent == 0 ? put_integer(at, v.value) : put_decimal(at, v.value, v.exponent);
  }
  return at;
}

char* put_side(char* at, std::span<const bgw_level> levels, bool has_orders, Exponents exponents) {
  bool first = true;
  for (const bgw_level& level : levels) {
    at = put(at, first ? "{\"price\":" : ",{\"price\":");
    first = false;
    at = put_price(at, level.price, exponents.price);
    at = put(at, ",\"quantity\":");
    at = put_quantity(at, level.quantity, exponents.quantity);
    if (has_orders) {
      at = put(at, ",\"orders\":");
      at = put_unsigned(at, level.orders);
    }
    *at++ = '}';
  }
  return at;
}

// Everything after the ltp inside "data", and the closing braces.
char* put_data_rest(char* at, const TopicInfo& info, const TopicUpdate& u, bool extras) {
  at = put(at, ",\"timestamp\":");
  at = put_nano(at, u.exchange_time_ns != 0 ? u.exchange_time_ns : u.received_ns / 1000 * 1000);
  if (extras && u.exchange_time_ns == 0) at = put(at, ",\"timestamp_from\":\"gateway\"");
  const bool depth = info.stream.mode == BGW_MODE_DEPTH;
  if (info.stream.mode == BGW_MODE_QUOTE) at = put_quote(at, *u.tick, u.exponents);
  if (depth && extras) at = put_extra_values(put_quote(at, *u.quote, u.exponents), *u.quote, u.quote_rare, u.exponents);
  if (extras && info.stream.mode == BGW_MODE_QUOTE) at = put_extra_values(at, *u.tick, u.rare, u.exponents);
  if (extras && info.stream.mode != BGW_MODE_LTP) at = put_named_values(at, u.values, depth);
  if (depth) {
    at = put(at, ",\"depth\":{\"buy\":[");
    at = put_side(at, u.bids, u.has_orders, u.exponents);
    at = put(at, "],\"sell\":[");
    at = put_side(at, u.asks, u.has_orders, u.exponents);
    if (info.broker_message.empty()) {
      at = put(at, "]},\"broker_supported\":true");
    } else {
      at = put(at, "]},\"broker_supported\":false,\"broker_message\":");
      at = put(at, info.message_json);
    }
  }
  return put(at, "}");
}

char* put_envelope_extras(char* at, const TopicUpdate& u) {
  at = put(at, ",\"seq\":");
  at = put_unsigned(at, u.seq);
  at = put(at, ",\"received_at\":");
  at = put_micro_seconds(at, u.received_ns);
  at = put(at, ",\"published_at\":");
  at = put_micro_seconds(at, u.published_ns);
  if (u.snapshot) {
    at = put(at, ",\"snapshot\":true,\"age_ms\":");
    at = put_integer(at, u.age_ms);
    if (u.suspect) at = put(at, ",\"suspect\":true");
  }
  return at;
}

}  // namespace

void JsonEncoder::prepare(TopicInfo& info) const {
  std::string head = "{\"type\":\"market_data\",\"mode\":" + std::to_string(info.stream.mode) +
                     ",\"topic\":" + json_text(info.symbol + '.' + info.exchange);
  if (info.stream.mode == BGW_MODE_DEPTH) {
    head += ",\"depth_level\":" + std::to_string(info.stream.depth_level);
    if (info.actual_depth != info.stream.depth_level)
      head += ",\"actual_depth_level\":" + std::to_string(info.actual_depth);
  }
  const std::string data =
      ",\"data\":{\"symbol\":" + json_text(info.symbol) + ",\"exchange\":" + json_text(info.exchange);
  const bool says_window = info.is_of_24_hours && info.stream.mode != BGW_MODE_LTP;
  info.head[static_cast<std::size_t>(Variant::plain)] = head + data + std::string(kLtp);
  info.head[static_cast<std::size_t>(Variant::extras)] =
      head + (info.broker.empty() ? "" : ",\"broker\":" + json_text(info.broker)) +
      (info.simulated ? ",\"simulated\":true" : "") + data + (says_window ? ",\"window\":\"24h\"" : "") +
      std::string(kLtp);
  info.message_json = info.broker_message.empty() ? "" : json_text(info.broker_message);
}

void JsonEncoder::encode(const TopicInfo& info, const TopicUpdate& u, Variant variant,
                         routing::FrameBuffer& out) const {
  const bool extras = variant == Variant::extras;
  const std::string& head = info.head[static_cast<std::size_t>(variant)];
  const std::size_t bound = kHeaderRoom + head.size() + info.message_json.size() + kValueBytes +
                            (u.bids.size() + u.asks.size()) * kLevelBytes;
  char* const start = out.room(bound);
  char* at = put(start + kHeaderRoom, head);
  at = u.has_ltp ? put_price(at, u.ltp, u.exponents.price) : at - kLtp.size();
  at = put_data_rest(at, info, u, extras);
  if (extras) at = put_envelope_extras(at, u);
  at = put(at, "}");
  const auto payload = static_cast<std::size_t>(at - start) - kHeaderRoom;
  char header[kHeaderRoom];
  const std::size_t header_size = websocket::frame_header(header, websocket::Opcode::text, payload);
  std::memcpy(start + kHeaderRoom - header_size, header, header_size);
  out.set(kHeaderRoom - header_size, kHeaderRoom, kHeaderRoom + payload);
}

bool JsonEncoder::deflate(const routing::FrameBuffer& frame, routing::FrameBuffer& out) const {
  const std::string_view payload = frame.payload();
  if (payload.size() < threshold_) return false;
  char* const start = out.room(kHeaderRoom + deflater_.bound(payload.size()));
  const std::size_t size = deflater_.deflate(payload, start + kHeaderRoom);
  char header[kHeaderRoom];
  const std::size_t header_size = websocket::compressed_frame_header(header, websocket::Opcode::text, size);
  std::memcpy(start + kHeaderRoom - header_size, header, header_size);
  out.set(kHeaderRoom - header_size, kHeaderRoom, kHeaderRoom + size);
  return true;
}

}  // namespace gw::protocol
