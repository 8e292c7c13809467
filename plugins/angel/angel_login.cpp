#include "angel_login.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "bgw/http_date.hpp"
#include "bgw/refusal.hpp"
#include "bgw/totp.hpp"

namespace angel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kLongestToken = 8192;
constexpr std::size_t kLongestWords = 100;

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// A token may begin with "Bearer ".
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kLongestToken &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

// How far this machine's clock is from that of the answer, for an operator.
std::string clock_difference(const bgw::HttpResponse& response, std::int64_t now_ns) {
  const auto date = bgw::parse_http_date(response.header("Date"));
  if (!date) return "Angel's answer does not say by how much";
  const std::int64_t ahead = now_ns / kSecond - *date;
  if (std::abs(ahead) <= 2) return "it agrees with Angel's, so that totp_secret may be wrong";
  return "it is " + std::to_string(std::abs(ahead)) + " s " + (ahead > 0 ? "ahead of" : "behind") + " Angel's";
}

struct Refusal {
  std::string code;  // as in the answer; empty: the answer is not Angel's own
  std::string said;  // for an operator
};

[[noreturn]] void refuse(const Refusal& refusal, const bgw::HttpResponse& response, std::int64_t sent_ns,
                         std::int64_t now_ns) {
  const auto says = [&](const char* part) { return bgw::has_words(refusal.said, part); };
  if (response.status == 429 || says("exceeding access rate"))
    throw bgw::Error(BGW_E_RATE, "Angel gets too many requests (" + refusal.said + ")",
                     bgw::retry_after_ns(response, kSecond, now_ns));
  if (response.status >= 500)
    throw bgw::Error(BGW_E_TRANSIENT, "Angel's web interface has a fault (" + refusal.said + ")");
  if (refusal.code == "AB1050" || says("invalid totp")) {
    // The code was of a step that ended on the way: the next one may be taken.
    if (sent_ns / bgw::kTotpStepNs != now_ns / bgw::kTotpStepNs)
      throw bgw::Error(BGW_E_TRANSIENT, "Angel's clock was already at the next TOTP (" + refusal.said + ")");
    throw bgw::Error(BGW_E_AUTH, "Angel refuses the TOTP (" + refusal.said +
                                     "): the usual cause is a wrong clock of this machine; " +
                                     clock_difference(response, now_ns));
  }
  // "Something Went Wrong, Please Try After Sometime": the web interface's own trouble.
  if (refusal.code == "AB1004" || refusal.code == "AB2001")
    throw bgw::Error(BGW_E_TRANSIENT, "Angel's web interface has a fault (" + refusal.said + ")");
  if (says("api key")) throw bgw::Error(BGW_E_AUTH, "Angel refuses api_key (" + refusal.said + ")");
  if (!refusal.code.empty())
    throw bgw::Error(BGW_E_AUTH, "Angel refuses the login (" + refusal.said +
                                     "); after several wrong PINs Angel blocks the account");
  throw bgw::Error(BGW_E_REFUSED, "Angel's web interface answers " + refusal.said + ", which proves nothing");
}

}  // namespace

// A failure has the status 200 as well, and its reason in the body.
Session session_in(const bgw::HttpResponse& response, std::int64_t sent_ns, std::int64_t now_ns) {
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  const bool is_own = body.is_object() && body.contains("status");
  if (response.status == 200 && is_own && body["status"] == true) {
    const nlohmann::json data = body.value("data", nlohmann::json());
    Session session{text_at(data, "jwtToken"), text_at(data, "feedToken")};
    if (!is_token(session.jwt_token) || !is_token(session.feed_token))
      throw bgw::Error(BGW_E_FATAL, "found no jwtToken or no feedToken in Angel's answer, expected both");
    return session;
  }
  const std::string code = is_own ? text_at(body, "errorcode") : "";
  std::string words = is_own ? text_at(body, "message").substr(0, kLongestWords) : bgw::words_of(response.body);
  if (!code.empty()) words = code.substr(0, 20) + ": " + words;
  const std::string status = response.status == 200 ? "" : "HTTP " + std::to_string(response.status);
  if (!status.empty()) words = status + (words.empty() ? "" : ": " + words);
  refuse({code, words.empty() ? "HTTP 200 without a reason" : words}, response, sent_ns, now_ns);
}

// Angel wants the three addresses to be there, and compares them with nothing that a login depends on.
void AngelLogin::run(const bgw::LoginHost& host, std::string_view /*answer*/) {
  const auto key = bgw::base32_decoded(host.needed("totp_secret"));
  if (!key)
    throw bgw::Error(BGW_E_AUTH,
                     "totp_secret: found a text that is no base32, expected the letters and digits 2 to 7 that stand "
                     "under the QR code, all of them");
  const std::int64_t sent_ns = host.now_ns();
  const nlohmann::json body = {{"clientcode", host.needed("client_code")},
                               {"password", host.needed("pin")},
                               {"totp", bgw::totp(host, *key, sent_ns)}};
  std::string url = host.setting("api_url").value_or(kDefaultApiUrl);
  while (url.ends_with('/')) url.pop_back();
  const bgw::HttpResponse response =
      host.http({.method = "POST",
                 .url = url + "/rest/auth/angelbroking/user/v1/loginByPassword",
                 .headers = {{"Content-Type", "application/json"},
                             {"Accept", "application/json"},
                             {"X-UserType", "USER"},
                             {"X-SourceID", "WEB"},
                             {"X-ClientLocalIP", "127.0.0.1"},
                             {"X-ClientPublicIP", "127.0.0.1"},
                             {"X-MACAddress", "00:00:00:00:00:00"},
                             {"X-PrivateKey", host.needed("api_key")}},
                 .body = body.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)});
  const Session session = session_in(response, sent_ns, host.now_ns());
  host.store("jwt_token", session.jwt_token);
  host.store("feed_token", session.feed_token);
}

}  // namespace angel
