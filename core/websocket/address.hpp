// Where a WebSocket client goes: ws://host[:port]/path?query or wss://… [any]
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gw::websocket {

struct Address {
  bool tls = false;
  std::string host;  // without brackets
  std::string authority;
  std::string port;
  std::string target;
};

std::optional<Address> parse_address(std::string_view text);

}  // namespace gw::websocket
