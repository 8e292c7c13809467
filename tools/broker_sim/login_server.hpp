// A broker's login by its web interface: who logs in gets tokens, and the feed takes no others.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/websocket/connection.hpp"
#include "tools/broker_sim/protocol.hpp"

namespace sim {

struct LoginOptions {
  std::string api_key;      // the app's; empty: any
  std::string api_secret;   // zerodha
  std::string redirect;     // zerodha: where the page leads
  std::string pin;          // angel
  std::string totp_secret;  // angel: base32
};

class LoginServer {
 public:
  virtual ~LoginServer() = default;
  // Nothing: the request is not for the login.
  virtual std::optional<gw::websocket::HttpAnswer> answer(const gw::websocket::HttpRequest& request) = 0;
  // Whether the tokens are those of the last login.
  virtual bool accepts(const Login& login) const = 0;
};

std::unique_ptr<LoginServer> make_kite_login(LoginOptions options);
std::unique_ptr<LoginServer> make_angel_login(LoginOptions options);

}  // namespace sim
