// What one shard counts, for whoever monitors the gateway. Plain numbers of the shard's thread, which hands out copies.
// [shard]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/duration_histogram.hpp"

namespace gw::session {

// Why a client's connection ended, as operators count it.
enum class CloseReason : std::uint8_t {
  client,           // closed by the client
  lost,             // without a close frame
  authentication,   // 4401: a bad, late, revoked or expired key
  too_many,         // 4429
  stopped_reading,  // 4000
  ping_timeout,     // 1011
  protocol,         // 1002, 1003, 1007, 1009: what it sent is not allowed
  shutdown          // 1001 by the gateway
};
inline constexpr std::size_t kCloseReasons = 8;
const char* word(CloseReason reason);
// `by_gateway`: the gateway closed, with this code.
CloseReason close_reason(int code, bool by_gateway);

struct ShardCounts {
  std::uint64_t deliveries = 0;       // frames of updates handed to clients' outputs
  std::uint64_t conflated = 0;        // updates that a newer frame of their topic stood for
  std::uint64_t bytes = 0;            // that clients' sockets have taken
  std::uint64_t unauthenticated = 0;  // clients that sent no key in time
  std::array<std::uint64_t, kCloseReasons> closed{};
  DurationHistogram until_written;  // from routing's step to the end of the writes of the same frames
};

struct ShardReport {
  ShardCounts counts;
  std::size_t clients = 0;
  std::size_t queued_bytes = 0;     // unsent, of all clients
  std::size_t blocked_clients = 0;  // with unsent bytes
  std::size_t slow_clients = 0;     // that get the last published frames only
};

}  // namespace gw::session
