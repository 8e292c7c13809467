// Kite Connect v3's binary frames as ticks. Pure functions over bytes: no I/O, no state, no
// allocation. Source: kite.trade/docs/connect/v3/websocket, "Message structure" and "Quote packet
// structure"; big-endian throughout.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "bgw/abi.h"

namespace zerodha {

inline constexpr std::size_t kDepthLevels = 5;

// The lower byte of an instrument token.
enum class Segment : std::uint8_t { kCds = 3, kBcd = 6, kIndices = 9, kNco = 12 };

// What one unit of a packet's prices is worth in 1e-9. The official clients divide by 1e7 for CDS, by
// 1e4 for BCD and for NSE commodities (NCO; the Python, Go, Java and .NET clients since 2026-09-11),
// and by 100 for the other segments up to 9. 0: no document gives the segment's scale, so that its
// prices are not known.
std::int64_t price_unit(std::uint32_t token);

// A one-byte frame every three seconds, also while data flows.
inline bool is_heartbeat(std::span<const std::byte> frame) { return frame.size() < 2; }

// One packet; reused from packet to packet. `tick.instrument` is the caller's business.
struct Packet {
  std::uint32_t token = 0;
  bgw_tick tick{};
  bgw_tick_rare rare{};
  bool has_rare = false;
  bgw_book book{};  // points into bids and asks; only when tick.modes has BGW_MODE_DEPTH
  std::array<bgw_level, kDepthLevels> bids{};
  std::array<bgw_level, kDepthLevels> asks{};
  std::uint32_t dropped_levels = 0;  // that had a quantity and no price: market orders before the open
};

enum class Reading : std::uint8_t {
  kGood,
  kUnknownLayout,  // a length that is in no document; 12 and 164 bytes have been seen
  kUnknownScale    // of a segment without price_unit
};

// Walks the packets of a frame that is_whole.
class PacketCursor {
 public:
  explicit PacketCursor(std::span<const std::byte> frame);
  // The next packet's bytes; empty: no more. A packet of no bytes is passed over.
  std::span<const std::byte> next();

 private:
  std::span<const std::byte> rest_;
  std::uint32_t left_;
};

// Every declared packet lies within the frame. Bytes after the last one are let pass, as in the
// official clients.
bool is_whole(std::span<const std::byte> frame);

// The length alone tells the layout. `out` holds nothing of use unless the reading is good.
Reading decode(std::span<const std::byte> bytes, Packet& out);

}  // namespace zerodha
