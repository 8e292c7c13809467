// The text frames that Kite's ticker takes. Source: kite.trade/docs/connect/v3/websocket, "Request
// structure". Tokens must be JSON numbers: with strings the server sends nothing but heartbeats.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zerodha {

// The protocol gives no maximum; messages with this many tokens have always been accepted.
inline constexpr std::size_t kTokensPerMessage = 500;

// Each returns as many messages as the tokens need; none for no tokens.
std::vector<std::string> subscribe_messages(std::span<const std::uint32_t> tokens);
std::vector<std::string> unsubscribe_messages(std::span<const std::uint32_t> tokens);
// For tokens that are subscribed already; `mode` is "ltp", "quote" or "full".
std::vector<std::string> mode_messages(std::string_view mode, std::span<const std::uint32_t> tokens);

// Where to connect: `url` with the login in its query.
std::string login_url(std::string_view url, std::string_view api_key, std::string_view access_token);

}  // namespace zerodha
