// Angel's login: client code, PIN and an authenticator's code open a session, which nobody has to watch. Source:
// smartapi-python, SmartApi/smartConnect.py, and smartapi.angelone.in/docs, "User".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bgw/login.hpp"

namespace angel {

inline constexpr const char* kDefaultApiUrl = "https://apiconnect.angelone.in";

struct AngelLogin {
  static constexpr const char* needs[] = {"api_key", "client_code", "pin", "totp_secret", nullptr};
  static constexpr const char* stores[] = {"jwt_token", "feed_token", nullptr};
  static constexpr std::int64_t interval_ns = 1'000'000'000;
  static void run(const bgw::LoginHost& host, std::string_view answer);
};

struct Session {
  std::string jwt_token;  // with or without "Bearer " before it
  std::string feed_token;
};
// The tokens in Angel's answer. Throws bgw::Error that says why there are none. `sent_ns`: when the code was made.
Session session_in(const bgw::HttpResponse& response, std::int64_t sent_ns, std::int64_t now_ns);

}  // namespace angel
