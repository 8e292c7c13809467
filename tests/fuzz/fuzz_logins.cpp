// Any bytes as a broker's answer to a login, as what its page led to, and as a secret that a person copied: each
// becomes tokens that fit into a header, or an error with a text.
#include <cstdlib>
#include <string>
#include <string_view>

#include "angel_login.hpp"
#include "bgw/totp.hpp"
#include "zerodha_login.hpp"

namespace {

bool is_header_value(std::string_view token) {
  for (const char c : token)
    if (c < ' ' || c > '~') return false;
  return !token.empty();
}

// Runs `read`, which throws nothing but bgw::Error with a code and a text, and answers with tokens.
template <class F>
void expect(F&& read) {
  try {
    for (const std::string& token : read())
      if (!is_header_value(token)) std::abort();
  } catch (const bgw::Error& e) {
    if (e.code == BGW_OK || *e.what() == '\0') std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  constexpr std::int32_t kStatuses[] = {200, 200, 400, 403, 429, 503, 302, 0};
  const bgw_header headers[] = {{"Date", text.c_str()}, {"Retry-After", text.c_str()}};
  const bgw::HttpResponse response{kStatuses[data[0] % 8], text, {}, headers};
  using Tokens = std::vector<std::string>;
  expect([&] { return Tokens{zerodha::access_token_in(response, 1)}; });
  expect([&] { return Tokens{zerodha::request_token_in(text)}; });
  expect([&] {
    const angel::Session session = angel::session_in(response, 1, 2);
    return Tokens{session.jwt_token, session.feed_token};
  });
  if (const auto key = bgw::base32_decoded(text); key && (key->empty() || key->size() > text.size())) std::abort();
  return 0;
}
