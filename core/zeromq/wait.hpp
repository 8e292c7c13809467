// Sleeping until something is to be done. zmq_poll ends the process where the system refuses to poll, as it does while
// the limit of open descriptors is below the number that it polls; this waits a moment then. [zeromq]
#pragma once

#include <span>

namespace gw::zeromq {

// Whether a message can be received from a ZeroMQ socket at once.
bool has_input(void* socket);
// Returns when the bell's descriptor is readable or has_input() may be true of a socket; at once where `more` is to be
// done, or has_input() is true already.
void wait_for_input(int bell, std::span<void* const> sockets, bool more);

}  // namespace gw::zeromq
