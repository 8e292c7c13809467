#include "zerodha_credentials.hpp"

#include <cstdio>
#include <exception>
#include <string>

#include "bgw/refusal.hpp"
#include "zerodha_text.hpp"

namespace zerodha {
namespace {

bgw_status say(bgw_error* error, bgw_status code, const std::string& message) {
  error->code = code;
  std::snprintf(error->message, sizeof error->message, "%s", message.c_str());
  return code;
}

// A page with the status 200 may be a firewall's: only Kite's own JSON counts.
bgw_status judge(int32_t http_status, const char* body, size_t length, bgw_error* error) {
  try {
    const std::string_view text(body, length);
    const std::string status = "HTTP " + std::to_string(http_status);
    const KiteError refusal = read_error(text);
    if (http_status == 403 && refusal.type == "TokenException")
      return say(error, BGW_E_AUTH,
                 "Kite refuses the token at its web interface too (" + status + ")" +
                     (refusal.message.empty() ? "" : ": " + refusal.message) + "; access tokens expire at 06:00 IST");
    if (http_status == 200 && is_success(text))
      return say(error, BGW_OK, "Kite accepts the token: perhaps a plan without market data, or a firewall");
    const std::string words = refusal.type.empty() ? bgw::words_of(text) : words_of(refusal);
    return say(error, BGW_E_REFUSED,
               "Kite's web interface answers " + status + (words.empty() ? "" : " and says: " + words));
  } catch (const std::exception& e) {
    return say(error, BGW_E_REFUSED, e.what());
  }
}

}  // namespace

const bgw_credentials* credentials_extension() {
  static constexpr bgw_credentials kCredentials = {sizeof(bgw_credentials), 0, "{api_url}/user/profile",
                                                   "X-Kite-Version: 3\nAuthorization: token {api_key}:{access_token}",
                                                   judge};
  return &kCredentials;
}

}  // namespace zerodha
