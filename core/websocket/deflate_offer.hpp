// What a server makes of a client's offers of permessage-deflate (RFC 7692), and a client of a server's answer. [any]
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gw::websocket {

// The first offer of a Sec-WebSocket-Extensions header that can be accepted, in the form in which it is accepted: no
// side keeps a window between messages, and an incoming message needs only a small one where the client lets us choose.
std::optional<std::string> choose_offer(std::string_view header);

// What a client offers. It sends nothing compressed itself.
inline constexpr std::string_view kDeflateOffer = "permessage-deflate; client_max_window_bits";

struct AgreedDeflate {
  bool keeps_window = true;  // a message of the server may refer to those before it
};
// What the server's answer to that offer says; nothing: more than was offered, or what RFC 7692 does not have.
std::optional<AgreedDeflate> agreed_deflate(std::string_view header);

}  // namespace gw::websocket
