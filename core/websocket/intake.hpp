// How far a peer's system has got with what was sent to it, by TCP's own count. Thread: the connection's.
#pragma once

#include <cstdint>

namespace gw::websocket {

struct Intake {
  std::uint64_t taken = 0;  // bytes so far, as the wire has them; grows with each that the peer's system takes
  bool is_pending = false;  // some have not been taken yet
};

// Of a connected socket.
Intake intake_of(int socket);

}  // namespace gw::websocket
