// What a request must have to be a WebSocket upgrade (RFC 6455, 4.2.1). Pure functions. [any]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/websocket/connection.hpp"

namespace gw::websocket {

// What the request lacks, in words: "HTTP/1.1 (found HTTP/1.0), Upgrade: websocket". Empty: it is an upgrade, whose key
// is still to be checked. A list may be spread over several header lines (RFC 9110, 5.3).
std::string missing_for_upgrade(std::string_view method, bool is_http_1_1, const std::vector<Header>& headers);

}  // namespace gw::websocket
