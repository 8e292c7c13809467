// How a topic's updates reach a session.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gw::topics {

using SessionId = std::uint32_t;  // of a client's session: shard in the upper 8 bits, index there in the lower 24

inline std::uint32_t shard_of(SessionId id) { return id >> 24; }
inline std::uint32_t slot_of(SessionId id) { return id & 0xffffffU; }

// Which of the two encodings a session gets.
enum class Variant : std::uint8_t { plain = 0, extras = 1 };
inline constexpr std::size_t kVariants = 2;

// As one of the frames that are made once for all; or sampled: no frame, but the last published one when the session
// asks for it.
enum class Lane : std::uint8_t { plain = 0, extras = 1, plain_deflated = 2, extras_deflated = 3, thinned = 4 };
inline constexpr std::size_t kLanes = 5;

inline Lane lane_of(Variant variant, bool deflated) {
  return static_cast<Lane>(static_cast<std::size_t>(variant) + (deflated ? kVariants : 0));
}

}  // namespace gw::topics
