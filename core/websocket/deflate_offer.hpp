// What a server makes of a client's offers of permessage-deflate (RFC 7692).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gw::websocket {

// The first offer of a Sec-WebSocket-Extensions header that can be kept, as it is kept: no side has a window between
// messages, and while one comes in only a small one where the client lets us choose.
std::optional<std::string> choose_offer(std::string_view header);

}  // namespace gw::websocket
