// Kite's login: a person logs in at Kite's page, and the request token that the page hands over becomes the day's
// access token. Sources: kite.trade/docs/connect/v3/user, "Login flow"; pykiteconnect, kiteconnect/connect.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bgw/login.hpp"

namespace zerodha {

inline constexpr const char* kDefaultApiUrl = "https://api.kite.trade";

struct ZerodhaLogin {
  static constexpr const char* needs[] = {"api_key", "api_secret", nullptr};
  static constexpr const char* stores[] = {"access_token", nullptr};
  static constexpr std::int64_t interval_ns = 0;
  static std::string page(const bgw::LoginHost& host);
  static void run(const bgw::LoginHost& host, std::string_view answer);
};

// The request token in what Kite's page led to. Throws bgw::Error where there is none.
std::string request_token_in(std::string_view answer);
// The access token in Kite's answer to a session's beginning. Throws bgw::Error that says why there is none.
std::string access_token_in(const bgw::HttpResponse& response, std::int64_t now_ns);

}  // namespace zerodha
