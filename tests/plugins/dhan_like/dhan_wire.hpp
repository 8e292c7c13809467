// Reads the packets of Dhan's three kinds of WebSocket. Thread: any; pure functions.
// Sources: dhanhq.co/docs/v2/live-market-feed and full-market-depth; DhanHQ-py marketfeed.py and fulldepth.py.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "dhan_price.hpp"

namespace dhan_like {

// The number is the index of the connection class.
enum class Socket : std::uint32_t { kFeed = 0, kDepth20 = 1, kDepth200 = 2 };
inline constexpr std::size_t kSockets = 3;

enum Code : std::uint8_t {
  kTicker = 2,
  kOldDepth = 3,
  kQuote = 4,
  kOpenInterest = 5,
  kPreviousClose = 6,
  kMarketStatus = 7,
  kFull = 8,
  kBids = 41,
  kDisconnect = 50,
  kAsks = 51
};

struct RawPacket {
  std::uint8_t code = 0;
  std::uint8_t segment = 0;
  std::uint32_t security_id = 0;
  std::span<const std::byte> bytes;  // with the header
};

// Splits one message into its packets, of which it may hold several. The result is empty, or says what is wrong with
// the message; `packets` is of no use then.
std::string split(Socket socket, std::span<const std::byte> message, std::vector<RawPacket>& packets);

// Whether a document describes this packet on this socket.
bool is_known(Socket socket, std::uint8_t code);

// Of a packet that split() has returned with the code kDisconnect.
std::uint32_t disconnect_reason(Socket socket, const RawPacket& packet);

// One packet in the host's words. `book` points into the object.
struct Packet {
  Packet() = default;
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;

  bgw_tick tick{};
  bgw_tick_rare rare{};
  bgw_book book{};
  bool has_rare = false;
  bool has_book = false;
  std::uint32_t unscaled = 0;  // prices and books left out, because their floats tell no price
  std::array<bgw_level, 200> bids{};
  std::array<bgw_level, 200> asks{};
};

// Fills `out`, except tick.instrument, from a known packet that carries values.
void decode(Socket socket, const RawPacket& packet, const Units& units, Packet& out);

}  // namespace dhan_like
