// The name under which clients may ask for the protocol (Sec-WebSocket-Protocol, RFC 6455, 1.9). [shard]
#pragma once

#include <vector>

#include "core/websocket/connection.hpp"

namespace gw::session {

// Adds the answer to the subprotocols that an accepted upgrade offers, if the gateway speaks one of them. Where it does
// not, a line of the log says what most clients do then.
void choose_subprotocol(const websocket::HttpRequest& request, std::vector<websocket::Header>& answer);

}  // namespace gw::session
