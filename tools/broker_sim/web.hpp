// What the stand-in serves by plain HTTP on the port of its WebSocket: the instrument list, the login and, at Kite, the
// profile.
#pragma once

#include "core/websocket/connection.hpp"

namespace sim {

class Broker;

gw::websocket::HttpAnswer answer_http(Broker& broker, const gw::websocket::HttpRequest& request);

}  // namespace sim
