// Angel's binary frames as ticks. Pure functions over bytes: no I/O, no state, no allocation. Source:
// smartapi.angelone.in/docs, "WebSocket Streaming 2.0", response structure, with what the official clients read from it
// where the page is wrong; little-endian throughout. One frame is one tick of one token in one mode.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "bgw/abi.h"

namespace angel {

// The numbers are those in requests and in the first byte of a frame.
enum class Mode : std::uint8_t { kLtp = 1, kQuote = 2, kSnapQuote = 3, kDepth20 = 4 };

// Exchange type and token: a token's number is unique within its exchange type only.
using TokenKey = std::uint64_t;
constexpr TokenKey token_key(std::uint8_t exchange_type, std::uint64_t token) {
  return std::uint64_t{exchange_type} << 56 | token;
}
constexpr std::uint8_t exchange_type_of(TokenKey key) { return static_cast<std::uint8_t>(key >> 56); }
constexpr std::uint64_t token_of(TokenKey key) { return key & ((std::uint64_t{1} << 56) - 1); }
// Reads a text of at most 16 digits; false: the text is something else.
bool parse_token(const char* text, std::size_t size, std::uint64_t& token);

// The content of one frame; reused from frame to frame. The caller sets `tick.instrument`.
struct Packet {
  Mode mode = Mode::kLtp;
  TokenKey key = 0;
  bgw_tick tick{};
  std::int64_t sequence = 0;  // the broker's own number, for each instrument; 0 in Depth20
  bgw_tick_rare rare{};
  bool has_rare = false;
  bgw_book book{};  // points into bids and asks; SnapQuote and Depth20 only
  std::array<bgw_level, 20> bids{};
  std::array<bgw_level, 20> asks{};
  std::uint32_t dropped_levels = 0;  // left out: without a side, too many, or at a price that does not fit
};

// One bad part does not spoil the rest: invalid levels and values are left out of the packet.
struct Reading {
  enum class Kind {
    kGood,
    kMalformed,    // `problem` says what is wrong
    kUnknownMode,  // a mode that no document has
    kUnknownScale  // a segment whose price scale no document gives
  };
  Kind kind = Kind::kGood;
  const char* problem = nullptr;  // "found …, expected …"
};
Reading decode(std::span<const std::byte> frame, Packet& out);

}  // namespace angel
