// How a topic's updates reach a session.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gw::topics {

// The id of a client session, which no other session gets later: the upper 32 bits say how many sessions had its index
// before, the next 8 are its shard, the lower 24 its index there.
using SessionId = std::uint64_t;

inline std::uint32_t shard_of(SessionId id) { return static_cast<std::uint32_t>(id >> 24 & 0xffU); }
inline std::uint32_t index_of(SessionId id) { return static_cast<std::uint32_t>(id & 0xffffffU); }
inline std::uint32_t generation_of(SessionId id) { return static_cast<std::uint32_t>(id >> 32); }
inline SessionId session_id(std::uint32_t generation, std::size_t shard, std::uint32_t index) {
  return SessionId{generation} << 32 | shard << 24 | index;
}

// Which of the two encodings a session gets.
enum class Variant : std::uint8_t { plain = 0, extras = 1 };
inline constexpr std::size_t kVariants = 2;

// How a session gets a topic's updates: as one of the frames that are made once for all, or sampled: no frame, until
// the session asks for the last published one.
enum class Lane : std::uint8_t { plain = 0, extras = 1, plain_deflated = 2, extras_deflated = 3, sampled = 4 };
inline constexpr std::size_t kLanes = 5;

inline Lane lane_of(Variant variant, bool deflated) {
  return static_cast<Lane>(static_cast<std::size_t>(variant) + (deflated ? kVariants : 0));
}

}  // namespace gw::topics
