// Decodes Angel's frames. Called by angel_adapter.cpp.
#include "angel_wire.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "angel_exchanges.hpp"

namespace angel {
namespace {

constexpr std::size_t kSizes[] = {0, 51, 123, 379, 443};  // by mode
constexpr std::size_t kTokenSize = 25;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

template <class T>
T read(const std::byte* at) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, at, sizeof value);  // this machine is little-endian too
  return value;
}

// Reads the values of one frame.
class Reader {
 public:
  Reader(const std::byte* frame, const Segment& segment)
      : p_(frame), unit_(segment.price_unit), most_(INT64_MAX / unit_) {}

  template <class T>
  T raw(std::size_t at) const {
    return read<T>(p_ + at);
  }
  std::int64_t integer(std::size_t at) const { return raw<std::int64_t>(at); }
  // False: the price does not fit.
  bool price(std::size_t at, std::int64_t& out) const { return scaled(integer(at), out); }
  // Reads a quantity that the document gives as a double with a whole value. False: the value is no quantity.
  bool whole(std::size_t at, std::int64_t& out) const {
    const double value = raw<double>(at);
    if (!(value >= 0 && value < 9e18)) return false;
    out = static_cast<std::int64_t>(value);
    return true;
  }
  bool scaled(std::int64_t value, std::int64_t& out) const {
    if (value > most_ || value < -most_) return false;
    out = value * unit_;
    return true;
  }

 private:
  const std::byte* p_;
  std::int64_t unit_;
  std::int64_t most_;
};

// A level as it stands on the wire. Without a quantity it is empty.
struct RawLevel {
  std::int64_t price;
  std::int64_t quantity;
  std::int16_t orders;
};

// Adds a level to a side of `capacity` levels. A count of orders below zero is invalid: the book then has no counts.
void add_level(const Reader& r, const RawLevel& raw, bgw_level* side, std::uint32_t& count, std::uint32_t capacity,
               Packet& out) {
  bgw_level level{0, raw.quantity, 0, 0};
  if (count == capacity || !r.scaled(raw.price, level.price)) {
    ++out.dropped_levels;
    return;
  }
  if (raw.orders < 0)
    out.book.present &= ~std::uint32_t{BGW_HAS_ORDERS};
  else
    level.orders = static_cast<std::uint32_t>(raw.orders);
  side[count++] = level;
}

// A time of 0 or below means none, and so does one that does not fit.
void set_time(std::int64_t value, std::int64_t unit, std::uint64_t bit, std::int64_t& member, std::uint64_t& present) {
  if (value <= 0 || value > INT64_MAX / unit) return;
  member = value * unit;
  present |= bit;
}

// A quantity below zero means none.
void set_quantity(std::int64_t value, std::uint64_t bit, std::int64_t& member, std::uint64_t& present) {
  if (value < 0) return;
  member = value;
  present |= bit;
}

void set_price(const Reader& r, std::size_t at, std::uint64_t bit, std::int64_t& member, bgw_tick& t) {
  if (r.price(at, member)) t.present |= bit;
}

// "Quote": bytes 51 to 123. The total quantities are doubles, though one of the official clients reads them as
// something else.
void decode_quote(const Reader& r, bgw_tick& t) {
  t.modes |= BGW_MODE_QUOTE;
  set_quantity(r.integer(51), BGW_HAS_LAST_QUANTITY, t.last_quantity, t.present);
  set_price(r, 59, BGW_HAS_AVERAGE_PRICE, t.average_price, t);
  set_quantity(r.integer(67), BGW_HAS_VOLUME, t.volume, t.present);
  if (r.whole(75, t.total_buy_quantity)) t.present |= BGW_HAS_TOTAL_BUY;
  if (r.whole(83, t.total_sell_quantity)) t.present |= BGW_HAS_TOTAL_SELL;
  set_price(r, 91, BGW_HAS_OPEN, t.open, t);
  set_price(r, 99, BGW_HAS_HIGH, t.high, t);
  set_price(r, 107, BGW_HAS_LOW, t.low, t);
  set_price(r, 115, BGW_HAS_CLOSE, t.close, t);
}

void set_rare(const Reader& r, std::size_t at, std::uint64_t bit, std::int64_t& member, Packet& out) {
  std::int64_t value = 0;
  if (!r.price(at, value) || value == 0) return;  // there is no such limit
  member = value;
  out.tick.present |= bit;
  out.has_rare = true;
}

// "Best five": flag, quantity, price, orders. The flag tells the side, 1 for buyers. It has agreed with the position in
// all frames that were seen, though one of the official clients reads it the other way round.
void decode_best_five(const Reader& r, Packet& out) {
  constexpr std::size_t kFirst = 147;
  constexpr std::size_t kEntry = 20;
  for (std::size_t at = kFirst; at < kFirst + 10 * kEntry; at += kEntry) {
    const auto flag = r.raw<std::int16_t>(at);
    const RawLevel raw{r.integer(at + 10), r.integer(at + 2), r.raw<std::int16_t>(at + 18)};
    if (raw.quantity == 0) continue;
    if (flag == 1)
      add_level(r, raw, out.bids.data(), out.book.bid_count, 5, out);
    else if (flag == 0)
      add_level(r, raw, out.asks.data(), out.book.ask_count, 5, out);
    else
      ++out.dropped_levels;
  }
}

// "SnapQuote": bytes 123 to 379. The change of open interest at 139 is a dummy.
void decode_snap_quote(const Reader& r, Packet& out) {
  bgw_tick& t = out.tick;
  t.modes |= BGW_MODE_DEPTH;
  out.book.present = BGW_HAS_ORDERS;
  set_time(r.integer(123), kSecond, BGW_HAS_LAST_TRADE_TIME, t.last_trade_time_ns, t.present);
  set_quantity(r.integer(131), BGW_HAS_OI, t.oi, t.present);
  set_rare(r, 347, BGW_HAS_UPPER_CIRCUIT, out.rare.upper_circuit, out);
  set_rare(r, 355, BGW_HAS_LOWER_CIRCUIT, out.rare.lower_circuit, out);
  set_rare(r, 363, BGW_HAS_HIGH_52_WEEKS, out.rare.high_52_weeks, out);
  set_rare(r, 371, BGW_HAS_LOW_52_WEEKS, out.rare.low_52_weeks, out);
  decode_best_five(r, out);
}

void decode_side(const Reader& r, std::size_t at, std::array<bgw_level, 20>& side, std::uint32_t& count, Packet& out) {
  for (int i = 0; i < 20; ++i, at += 10) {
    const RawLevel raw{r.raw<std::int32_t>(at + 4), r.raw<std::int32_t>(at), r.raw<std::int16_t>(at + 8)};
    if (raw.quantity != 0) add_level(r, raw, side.data(), count, 20, out);
  }
}

// "Depth20": no price of a trade, no sequence. Its time is at 27; what is at 35 is a dummy.
void decode_depth(const Reader& r, Packet& out) {
  out.tick.modes = BGW_MODE_DEPTH;
  std::uint64_t present = BGW_HAS_ORDERS;
  set_time(r.integer(27), kMillisecond, BGW_HAS_EXCHANGE_TIME, out.book.exchange_time_ns, present);
  out.book.present = static_cast<std::uint32_t>(present);
  decode_side(r, 43, out.bids, out.book.bid_count, out);
  decode_side(r, 243, out.asks, out.book.ask_count, out);
}

// False: the last price does not fit.
bool decode_head(const Reader& r, Packet& out) {
  bgw_tick& t = out.tick;
  t.modes = BGW_MODE_LTP;
  t.present = BGW_HAS_LTP;
  out.sequence = r.integer(27);
  set_time(r.integer(35), kMillisecond, BGW_HAS_EXCHANGE_TIME, t.exchange_time_ns, t.present);
  return r.price(43, t.ltp);
}

Reading malformed(const char* problem) { return {Reading::Kind::kMalformed, problem}; }

}  // namespace

bool parse_token(const char* text, std::size_t size, std::uint64_t& token) {
  if (size == 0 || size > 16) return false;
  token = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    token = token * 10 + static_cast<std::uint64_t>(text[i] - '0');
  }
  return true;
}

Reading decode(std::span<const std::byte> frame, Packet& out) {
  if (frame.size() < 2) return malformed("found a frame of less than 2 bytes, expected a mode and an exchange type");
  const auto mode = std::to_integer<std::size_t>(frame[0]);
  const bool known_size = std::find(std::begin(kSizes) + 1, std::end(kSizes), frame.size()) != std::end(kSizes);
  const bool known_mode = mode >= 1 && mode <= 4;
  if (!known_mode && !known_size) return {Reading::Kind::kUnknownMode};
  if (!known_mode || frame.size() != kSizes[mode])
    return malformed(
        "found a length that does not go with the frame's mode, expected 51, 123, 379 and 443 bytes for modes 1 to 4");
  const auto type = std::to_integer<std::uint8_t>(frame[1]);
  const char* token_text = reinterpret_cast<const char*>(frame.data() + 2);
  std::uint64_t token = 0;
  if (!parse_token(token_text, strnlen(token_text, kTokenSize), token))
    return malformed("found a token that is no number, expected digits");
  const Segment* segment = find_segment(type);
  if (segment == nullptr) return {Reading::Kind::kUnknownScale};
  out.mode = static_cast<Mode>(mode);
  out.key = token_key(type, token);
  out.has_rare = false;
  out.dropped_levels = 0;
  out.tick = {};
  out.sequence = 0;
  out.book = {};
  out.book.bids = out.bids.data();
  out.book.asks = out.asks.data();
  const Reader reader(frame.data(), *segment);
  if (out.mode == Mode::kDepth20) {
    decode_depth(reader, out);
    return {};
  }
  if (!decode_head(reader, out)) return malformed("found a price beyond all bounds, expected a price of this market");
  if (mode >= 2) decode_quote(reader, out.tick);
  if (out.mode == Mode::kSnapQuote) decode_snap_quote(reader, out);
  return {};
}

}  // namespace angel
