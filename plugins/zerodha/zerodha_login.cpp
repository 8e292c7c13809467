#include "zerodha_login.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "bgw/refusal.hpp"
#include "zerodha_text.hpp"

namespace zerodha {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kLongestToken = 512;

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kLongestToken &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string api_url(const bgw::LoginHost& host) {
  std::string url = host.setting("api_url").value_or(kDefaultApiUrl);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

// A stand-in for Kite has the page beside its web interface.
std::string ZerodhaLogin::page(const bgw::LoginHost& host) {
  const std::string url = api_url(host);
  return (url == kDefaultApiUrl ? "https://kite.zerodha.com" : url) +
         "/connect/login?api_key=" + bgw::percent_encoded(host.needed("api_key")) + "&v=3";
}

std::string request_token_in(std::string_view answer) {
  if (bgw::is_bare_token(answer) && is_token(answer)) return std::string(answer);
  const auto status = bgw::value_in_answer(answer, "status");
  if (status && *status != "success")
    throw bgw::Error(BGW_E_AUTH, "Kite's page says that nobody logged in (status=" +
                                     (is_token(*status) ? status->substr(0, 40) : "?") + "); log in there again");
  const auto token = bgw::value_in_answer(answer, "request_token");
  if (!token || !is_token(*token))
    throw bgw::Error(BGW_E_INVALID,
                     "found no request_token, expected the address that Kite's page leads to, or the token alone");
  return *token;
}

// kite.trade/docs/connect/v3/exceptions. The status decides at 429 and from 500 on, as for the feed.
std::string access_token_in(const bgw::HttpResponse& response, std::int64_t now_ns) {
  const std::string status = "HTTP " + std::to_string(response.status);
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status == 200 && body.is_object()) {
    const auto data = body.find("data");
    if (data != body.end() && data->is_object()) {
      const auto token = data->find("access_token");
      if (token != data->end() && token->is_string() && is_token(token->get_ref<const std::string&>())) return *token;
    }
  }
  const KiteError error = read_error(response.body);
  const std::string words = error.type.empty() ? bgw::words_of(response.body) : words_of(error);
  const std::string said = status + (words.empty() ? "" : ": " + words);
  if (response.status == 429)
    throw bgw::Error(BGW_E_RATE, "Kite gets too many requests (" + said + ")",
                     bgw::retry_after_ns(response, kSecond, now_ns));
  if (response.status >= 500) throw bgw::Error(BGW_E_TRANSIENT, "Kite's web interface has a fault (" + said + ")");
  const bool is_checksum = bgw::has_words(error.message, "checksum");
  if (error.type == "TokenException" && is_checksum)
    throw bgw::Error(BGW_E_AUTH, "Kite refuses the checksum (" + said + "): api_secret is not that of api_key");
  if (error.type == "TokenException")
    throw bgw::Error(BGW_E_AUTH, "Kite refuses the request token (" + said +
                                     "): each is good once and for some minutes; log in at the page again");
  if (response.status == 200) throw bgw::Error(BGW_E_FATAL, "Kite's answer has no access token (" + said + ")");
  throw bgw::Error(BGW_E_FATAL, "Kite refuses the login (" + said + ")");
}

// The body must be a form: Kite answers JSON with a complaint about api_key, which misleads.
void ZerodhaLogin::run(const bgw::LoginHost& host, std::string_view answer) {
  const std::string token = request_token_in(answer);
  const std::string key = host.needed("api_key");
  const std::string checksum = bgw::hex(host.digest(BGW_DIGEST_SHA256, key + token + host.needed("api_secret")));
  const bgw::HttpResponse response =
      host.http({.method = "POST",
                 .url = api_url(host) + "/session/token",
                 .headers = {{"X-Kite-Version", "3"}, {"Content-Type", "application/x-www-form-urlencoded"}},
                 .body = "api_key=" + bgw::percent_encoded(key) + "&request_token=" + bgw::percent_encoded(token) +
                         "&checksum=" + checksum});
  host.store("access_token", access_token_in(response, host.now_ns()));
}

}  // namespace zerodha
