#include "dhan_wire.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace dhan_like {
namespace {

constexpr std::size_t kFeedHeader = 8;
constexpr std::size_t kDepthHeader = 12;
constexpr std::size_t kRow = 16;    // of a depth socket
constexpr std::size_t kLevel = 20;  // of the plain feed
constexpr std::uint32_t kFeedLevels = 5;
constexpr std::size_t kLargestSide = kDepthHeader + 200 * kRow;

template <class Number>
Number read(std::span<const std::byte> bytes, std::size_t at) {
  Number number;  // little-endian, as this machine is, and not aligned
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

// The size of a packet of the plain feed; 0: no document describes the code.
std::size_t feed_size(std::uint8_t code) {
  switch (code) {
    case kTicker:
    case kPreviousClose:
      return 16;
    case kOldDepth:
      return 112;
    case kQuote:
      return 50;
    case kOpenInterest:
      return 12;
    case kMarketStatus:
      return 8;
    case kFull:
      return 162;
    case kDisconnect:
      return 10;
    default:
      return 0;
  }
}

// The same for a depth socket. `packet` has its header at least.
std::size_t depth_size(Socket socket, std::uint8_t code, std::span<const std::byte> packet) {
  if (code == kDisconnect) return kDepthHeader;
  if (code != kBids && code != kAsks) return 0;
  if (socket == Socket::kDepth20) return kDepthHeader + 20 * kRow;
  return kDepthHeader + std::size_t{read<std::uint32_t>(packet, 8)} * kRow;
}

std::string wrong(std::size_t at, const std::string& found, const std::string& expected) {
  return "packet at byte " + std::to_string(at) + ": found " + found + ", expected " + expected;
}

class Decoder {
 public:
  Decoder(const RawPacket& packet, const Units& units, Packet& out)
      : bytes_(packet.bytes), segment_(packet.segment), units_(units), out_(out) {}

  void ticker() {
    out_.tick.modes = BGW_MODE_LTP;
    last_price();
  }
  void quote() {
    out_.tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
    last_price();
    common();
    price(34, BGW_HAS_OPEN, out_.tick.open);
    price(42, BGW_HAS_HIGH, out_.tick.high);
    price(46, BGW_HAS_LOW, out_.tick.low);
  }
  void full() {
    out_.tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
    last_price();
    common();
    // Shares have no open interest, and the packet has room for it all the same.
    if (is_derivative()) {
      number<std::uint32_t>(34, BGW_HAS_OI, out_.tick.oi);
      number<std::uint32_t>(38, BGW_HAS_OI_DAY_HIGH, out_.rare.oi_day_high);
      number<std::uint32_t>(42, BGW_HAS_OI_DAY_LOW, out_.rare.oi_day_low);
      out_.rare.size = sizeof out_.rare;
      out_.has_rare = true;
    }
    price(46, BGW_HAS_OPEN, out_.tick.open);
    price(54, BGW_HAS_HIGH, out_.tick.high);
    price(58, BGW_HAS_LOW, out_.tick.low);
    feed_book(62);
  }
  void old_depth() {
    out_.tick.modes = BGW_MODE_LTP;
    last_price();
    feed_book(12);
  }
  void open_interest() {
    out_.tick.modes = BGW_MODE_QUOTE;
    number<std::uint32_t>(8, BGW_HAS_OI, out_.tick.oi);
  }
  void previous_close() {
    out_.tick.modes = BGW_MODE_QUOTE;
    price(8, BGW_HAS_CLOSE, out_.tick.close);
  }
  void side(bool bids) {
    const auto rows = static_cast<std::uint32_t>((bytes_.size() - kDepthHeader) / kRow);
    bgw_level* const levels = bids ? out_.bids.data() : out_.asks.data();
    for (std::uint32_t i = 0; i < rows; ++i) {
      const std::size_t at = kDepthHeader + i * kRow;
      if (!level(levels[i], price_of(read<double>(bytes_, at), units_), read<std::uint32_t>(bytes_, at + 8),
                 read<std::uint32_t>(bytes_, at + 12)))
        return;
    }
    // The broker's own client sorts the rows before it uses them.
    std::stable_sort(levels, levels + rows, [bids](const bgw_level& a, const bgw_level& b) {
      return bids ? a.price > b.price : a.price < b.price;
    });
    book(bids ? BGW_BOOK_BIDS_ONLY : BGW_BOOK_ASKS_ONLY, bids ? rows : 0, bids ? 0 : rows);
  }

 private:
  bool is_derivative() const { return segment_ != 0 && segment_ != 1 && segment_ != 4; }

  template <class Number>
  void number(std::size_t at, std::uint64_t bit, std::int64_t& to) {
    to = read<Number>(bytes_, at);
    out_.tick.present |= bit;
  }
  bool price(std::size_t at, std::uint64_t bit, std::int64_t& to) { return price(at, bit, to, units_); }
  bool price(std::size_t at, std::uint64_t bit, std::int64_t& to, const Units& units) {
    const std::optional<std::int64_t> price = price_of(read<float>(bytes_, at), units);
    if (!price) {
      ++out_.unscaled;
      return false;
    }
    to = *price;
    out_.tick.present |= bit;
    return true;
  }
  void last_price() {
    if (!price(8, BGW_HAS_LTP, out_.tick.ltp)) out_.tick.modes &= ~std::uint32_t{BGW_MODE_LTP};
  }
  // What quotes and full packets have at the same place: mind that sellers stand before buyers. The time of the last
  // trade is left out: no document says whether it counts from 1970 in UTC or in India. So is the close of this day,
  // which is there after the market's close only; the previous day's comes in a packet of its own.
  void common() {
    number<std::uint16_t>(12, BGW_HAS_LAST_QUANTITY, out_.tick.last_quantity);
    price(18, BGW_HAS_AVERAGE_PRICE, out_.tick.average_price, {units_.price_exponent, 0});
    number<std::uint32_t>(22, BGW_HAS_VOLUME, out_.tick.volume);
    number<std::uint32_t>(26, BGW_HAS_TOTAL_SELL, out_.tick.total_sell_quantity);
    number<std::uint32_t>(30, BGW_HAS_TOTAL_BUY, out_.tick.total_buy_quantity);
  }
  void feed_book(std::size_t from) {
    for (std::uint32_t i = 0; i < kFeedLevels; ++i) {
      const std::size_t at = from + i * kLevel;
      if (!level(out_.bids[i], price_of(read<float>(bytes_, at + 12), units_), read<std::uint32_t>(bytes_, at),
                 read<std::uint16_t>(bytes_, at + 8)) ||
          !level(out_.asks[i], price_of(read<float>(bytes_, at + 16), units_), read<std::uint32_t>(bytes_, at + 4),
                 read<std::uint16_t>(bytes_, at + 10)))
        return;
    }
    book(0, kFeedLevels, kFeedLevels);
  }
  // A book that lacks a level in its middle would be wrong, so that one bad level takes the book with it.
  bool level(bgw_level& to, std::optional<std::int64_t> price, std::uint32_t quantity, std::uint32_t orders) {
    if (!price) {
      ++out_.unscaled;
      return false;
    }
    to = {*price, quantity, orders, 0};
    return true;
  }
  void book(std::uint32_t flags, std::uint32_t bids, std::uint32_t asks) {
    out_.tick.modes |= BGW_MODE_DEPTH;
    out_.has_book = true;
    out_.book.flags = flags;
    out_.book.present = BGW_HAS_ORDERS;
    out_.book.size = sizeof out_.book;
    out_.book.bid_count = bids;
    out_.book.ask_count = asks;
    out_.book.bids = bids == 0 ? nullptr : out_.bids.data();
    out_.book.asks = asks == 0 ? nullptr : out_.asks.data();
  }

  std::span<const std::byte> bytes_;
  std::uint8_t segment_;
  const Units& units_;
  Packet& out_;
};

}  // namespace

std::string split(Socket socket, std::span<const std::byte> message, std::vector<RawPacket>& packets) {
  packets.clear();
  const bool feed = socket == Socket::kFeed;
  const std::size_t header = feed ? kFeedHeader : kDepthHeader;
  for (std::size_t at = 0; at < message.size();) {
    const std::span<const std::byte> rest = message.subspan(at);
    if (rest.size() < header)
      return wrong(at, std::to_string(rest.size()) + " bytes", "a header of " + std::to_string(header));
    RawPacket packet;
    packet.code = read<std::uint8_t>(rest, feed ? 0 : 2);
    packet.segment = read<std::uint8_t>(rest, 3);
    packet.security_id = read<std::uint32_t>(rest, 4);
    const std::size_t size = read<std::uint16_t>(rest, feed ? 1 : 0);
    const std::size_t expected = feed ? feed_size(packet.code) : depth_size(socket, packet.code, rest);
    const std::string said = "code " + std::to_string(packet.code) + " of " + std::to_string(size) + " bytes";
    if (expected != 0 && size != expected) return wrong(at, said, std::to_string(expected) + " bytes");
    if (!feed && expected > kLargestSide) return wrong(at, said, "at most 200 rows");
    if (size < header || size > rest.size())
      return wrong(at, said, "from " + std::to_string(header) + " to " + std::to_string(rest.size()) + " bytes");
    packet.bytes = rest.first(size);
    packets.push_back(packet);
    at += size;
  }
  return {};
}

bool is_known(Socket socket, std::uint8_t code) {
  if (code == kDisconnect) return true;
  return socket == Socket::kFeed ? feed_size(code) != 0 : code == kBids || code == kAsks;
}

std::uint32_t disconnect_reason(Socket socket, const RawPacket& packet) {
  return socket == Socket::kFeed ? read<std::uint16_t>(packet.bytes, 8) : read<std::uint32_t>(packet.bytes, 8);
}

void decode(Socket socket, const RawPacket& packet, const Units& units, Packet& out) {
  out.tick = {};
  out.tick.size = sizeof out.tick;
  out.rare = {};
  out.book = {};
  out.has_rare = out.has_book = false;
  out.unscaled = 0;
  Decoder decoder(packet, units, out);
  if (socket != Socket::kFeed) return decoder.side(packet.code == kBids);
  switch (packet.code) {
    case kTicker:
      return decoder.ticker();
    case kOldDepth:
      return decoder.old_depth();
    case kQuote:
      return decoder.quote();
    case kOpenInterest:
      return decoder.open_interest();
    case kPreviousClose:
      return decoder.previous_close();
    case kFull:
      return decoder.full();
    default:
      return;
  }
}

}  // namespace dhan_like
