// How far a peer's system has got with what was sent to it, by TCP's own count. Thread: the connection's.
#pragma once

#include <cstdint>

namespace gw::websocket {

struct Intake {
  std::uint64_t taken = 0;  // bytes on the wire that the peer's system has taken so far
  bool is_pending = false;  // some have not been taken yet
};

// Asks TCP about a connected socket.
Intake intake_of(int socket);

}  // namespace gw::websocket
