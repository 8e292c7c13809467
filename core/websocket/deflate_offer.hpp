// What a server makes of a client's offers of permessage-deflate (RFC 7692). [any]
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gw::websocket {

// The first offer of a Sec-WebSocket-Extensions header that can be accepted, in the form in which it is accepted: no
// side keeps a window between messages, and an incoming message needs only a small one where the client lets us choose.
std::optional<std::string> choose_offer(std::string_view header);

}  // namespace gw::websocket
