// Decodes Kite's frames. Called by zerodha_adapter.cpp.
#include "zerodha_wire.hpp"

namespace zerodha {
namespace {

constexpr std::size_t kLtp = 8;
constexpr std::size_t kIndexQuote = 28;
constexpr std::size_t kIndexFull = 32;
constexpr std::size_t kQuote = 44;
constexpr std::size_t kFull = 184;
constexpr std::size_t kDepthOffset = 64;
constexpr std::size_t kLevelSize = 12;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kYear2015 = 1'420'070'400;
constexpr std::uint32_t kYear2100 = 4'102'444'800;

std::uint32_t u16(const std::byte* at) {
  return std::to_integer<std::uint32_t>(at[0]) << 8 | std::to_integer<std::uint32_t>(at[1]);
}

std::uint32_t u32(const std::byte* at) { return u16(at) << 16 | u16(at + 2); }

// Prices are read signed: a commodity's can be below zero.
std::int64_t price(const std::byte* at, std::int64_t unit) { return static_cast<std::int32_t>(u32(at)) * unit; }

// Seconds of UTC. Zero means no time, and so does a value outside the years 2015 to 2099.
void set_time(const std::byte* at, std::uint64_t bit, std::int64_t& member, std::uint64_t& present) {
  const std::uint32_t seconds = u32(at);
  if (seconds < kYear2015 || seconds >= kYear2100) return;
  member = seconds * kSecond;
  present |= bit;
}

// Websocket page, "Index packets": high, low, open, close. The price change after them is not passed on.
void decode_index(const std::byte* p, std::int64_t unit, bool full, bgw_tick& t) {
  t.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  t.present |= BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE;
  t.high = price(p + 8, unit);
  t.low = price(p + 12, unit);
  t.open = price(p + 16, unit);
  t.close = price(p + 20, unit);
  if (full) set_time(p + 28, BGW_HAS_EXCHANGE_TIME, t.exchange_time_ns, t.present);
}

// "Quote packet structure", bytes 8 to 44.
void decode_quote(const std::byte* p, std::int64_t unit, bgw_tick& t) {
  t.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  t.present |= BGW_HAS_LAST_QUANTITY | BGW_HAS_AVERAGE_PRICE | BGW_HAS_VOLUME | BGW_HAS_TOTAL_BUY | BGW_HAS_TOTAL_SELL |
               BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE;
  t.last_quantity = u32(p + 8);
  t.average_price = price(p + 12, unit);
  t.volume = u32(p + 16);
  t.total_buy_quantity = u32(p + 20);
  t.total_sell_quantity = u32(p + 24);
  t.open = price(p + 28, unit);
  t.high = price(p + 32, unit);
  t.low = price(p + 36, unit);
  t.close = price(p + 40, unit);
}

// "Market depth structure": quantity, price, orders and two bytes of padding. A level without a quantity is empty.
std::uint32_t decode_side(const std::byte* p, std::int64_t unit, std::array<bgw_level, kDepthLevels>& side) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < kDepthLevels; ++i, p += kLevelSize)
    if (const std::int64_t quantity = u32(p); quantity != 0)
      side[count++] = {price(p + 4, unit), quantity, u16(p + 8), 0};
  return count;
}

// "Quote packet structure", bytes 44 to 184.
void decode_full(const std::byte* p, std::int64_t unit, Packet& out) {
  bgw_tick& t = out.tick;
  t.modes |= BGW_MODE_DEPTH;
  t.present |= BGW_HAS_OI | BGW_HAS_OI_DAY_HIGH | BGW_HAS_OI_DAY_LOW;
  set_time(p + 44, BGW_HAS_LAST_TRADE_TIME, t.last_trade_time_ns, t.present);
  t.oi = u32(p + 48);
  out.rare.oi_day_high = u32(p + 52);
  out.rare.oi_day_low = u32(p + 56);
  out.has_rare = true;
  set_time(p + 60, BGW_HAS_EXCHANGE_TIME, t.exchange_time_ns, t.present);
  out.book = {};
  out.book.present = BGW_HAS_ORDERS;
  out.book.bid_count = decode_side(p + kDepthOffset, unit, out.bids);
  out.book.ask_count = decode_side(p + kDepthOffset + kDepthLevels * kLevelSize, unit, out.asks);
  out.book.bids = out.bids.data();
  out.book.asks = out.asks.data();
}

}  // namespace

// "Websocket streaming", and the official clients for what it leaves out. NCO has 1e4 since their releases of September
// 2026, which compared raw ticks with the exchange: the scale of 100 before was wrong.
std::int64_t price_unit_of(std::uint32_t token) {
  switch (segment_number(token)) {
    case 1:  // NSE
    case 2:  // NFO
    case 4:  // BSE
    case 5:  // BFO
    case 7:  // MCX
    case 8:  // MCXSX
    case 9:  // INDICES
      return BGW_PRICE_SCALE / 100;
    case 3:  // CDS
      return BGW_PRICE_SCALE / 10'000'000;
    case 6:   // BCD
    case 12:  // NCO
      return BGW_PRICE_SCALE / 10'000;
    default:
      return 0;
  }
}

PacketCursor::PacketCursor(std::span<const std::byte> frame) : rest_(frame.subspan(2)), left_(u16(frame.data())) {}

bool PacketCursor::next(std::span<const std::byte>& packet) {
  if (left_ == 0) return false;
  --left_;
  const std::size_t length = u16(rest_.data());
  packet = rest_.subspan(2, length);
  rest_ = rest_.subspan(2 + length);
  return true;
}

bool is_whole(std::span<const std::byte> frame) {
  if (frame.size() < 2) return false;
  std::uint32_t left = u16(frame.data());
  std::size_t at = 2;
  for (; left != 0; --left) {
    if (frame.size() - at < 2) return false;
    const std::size_t length = u16(frame.data() + at);
    at += 2;
    if (frame.size() - at < length) return false;
    at += length;
  }
  return true;
}

Reading decode(std::span<const std::byte> bytes, Packet& out) {
  const std::size_t size = bytes.size();
  if (size != kLtp && size != kIndexQuote && size != kIndexFull && size != kQuote && size != kFull)
    return Reading::kUnknownLayout;
  const std::byte* p = bytes.data();
  out.token = u32(p);
  const std::int64_t unit = price_unit_of(out.token);
  if (unit == 0) return Reading::kUnknownScale;
  out.has_rare = false;
  out.tick = {};
  out.tick.modes = BGW_MODE_LTP;
  out.tick.present = BGW_HAS_LTP;
  out.tick.ltp = price(p + 4, unit);
  if (size == kIndexQuote || size == kIndexFull) {
    decode_index(p, unit, size == kIndexFull, out.tick);
  } else if (size >= kQuote) {
    decode_quote(p, unit, out.tick);
    if (size == kFull) decode_full(p, unit, out);
  }
  return Reading::kGood;
}

}  // namespace zerodha
