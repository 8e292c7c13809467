// Kite Connect v3's binary frames as ticks. Pure functions over bytes: no I/O, no state, no allocation. Source:
// kite.trade/docs/connect/v3/websocket, "Message structure" and "Quote packet structure"; big-endian throughout.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "bgw/abi.h"

namespace zerodha {

inline constexpr std::size_t kDepthLevels = 5;

// The segment that a token belongs to.
constexpr std::uint32_t segment_number(std::uint32_t token) { return token & 0xffU; }
constexpr bool is_index(std::uint32_t token) { return segment_number(token) == 9; }
// What one unit of a packet's prices is worth in 1e-9: the official clients divide by 1e7 for CDS, by 1e4 for BCD and
// NCO, and by 100 for the others that they know. 0: no document gives the scale, and a guess would be a wrong price.
std::int64_t price_unit_of(std::uint32_t token);

// Heartbeats are one-byte frames every three seconds, also while data flows.
inline bool is_heartbeat(std::span<const std::byte> frame) { return frame.size() < 2; }

// The content of one packet; reused from packet to packet. The caller sets `tick.instrument`.
struct Packet {
  std::uint32_t token = 0;
  bgw_tick tick{};
  bgw_tick_rare rare{};
  bool has_rare = false;
  bgw_book book{};  // points into bids and asks; only when tick.modes has BGW_MODE_DEPTH
  std::array<bgw_level, kDepthLevels> bids{};
  std::array<bgw_level, kDepthLevels> asks{};
};

// Walks the packets of a frame for which is_whole() is true.
class PacketCursor {
 public:
  explicit PacketCursor(std::span<const std::byte> frame);
  // False: no more.
  bool next(std::span<const std::byte>& packet);

 private:
  std::span<const std::byte> rest_;
  std::uint32_t left_;
};

// Whether every declared packet lies within the frame. Bytes after the last one are let pass, as in the official
// clients.
bool is_whole(std::span<const std::byte> frame);

enum class Reading {
  kGood,
  kUnknownLayout,  // the length alone tells it; 12 and 164 bytes, which are in no document, have been seen
  kUnknownScale    // a segment whose price scale no document gives; `out.token` is set
};
Reading decode(std::span<const std::byte> bytes, Packet& out);

}  // namespace zerodha
