// The names of what a client can hold of one instrument: a mode and, in depth mode, the level asked for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "bgw/abi.h"

namespace gw::routing {

using BrokerId = std::uint16_t;
using SessionId = std::uint32_t;  // shard in the upper 8 bits, slot in the lower 24
using TopicId = std::uint32_t;
using LineupId = std::uint16_t;
using InterestId = std::uint32_t;

inline constexpr std::array<int, 4> kDepthLevels = {5, 20, 30, 50};

// One stream of an instrument: LTP, quote, or a depth stream of a level. Six have a place of their own; clients with
// extras may ask for other levels.
struct Stream {
  int mode = BGW_MODE_QUOTE;
  int depth_level = 0;  // as asked; 0 unless mode is depth

  friend bool operator==(const Stream&, const Stream&) = default;
};
inline constexpr std::size_t kStreams = 6;

inline std::size_t slot_of(Stream s) {
  if (s.mode == BGW_MODE_LTP) return 0;
  if (s.mode == BGW_MODE_QUOTE) return 1;
  for (std::size_t i = 0; i < kDepthLevels.size(); ++i)
    if (kDepthLevels[i] == s.depth_level) return 2 + i;
  return kStreams;  // another level
}

inline std::uint32_t shard_of(SessionId id) { return id >> 24; }
inline std::uint32_t slot_of(SessionId id) { return id & 0xffffffU; }

// Which of the two encodings a session gets.
enum class Variant : std::uint8_t { plain = 0, extras = 1 };
inline constexpr std::size_t kVariants = 2;

// How a topic's updates reach a session: as one of the frames that are made once for all, or thinned to one in a while,
// then as the newest value when it is due.
enum class Lane : std::uint8_t { plain = 0, extras = 1, plain_deflated = 2, extras_deflated = 3, thinned = 4 };
inline constexpr std::size_t kLanes = 5;

inline Lane lane_of(Variant variant, bool deflated) {
  return static_cast<Lane>(static_cast<std::size_t>(variant) + (deflated ? kVariants : 0));
}

}  // namespace gw::routing
