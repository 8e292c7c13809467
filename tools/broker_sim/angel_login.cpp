// Angel's login: client code, PIN and TOTP for tokens, at most once a second.
#include <chrono>
#include <cstdio>
#include <ctime>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/http_text.hpp"
#include "tools/broker_sim/login_server.hpp"

namespace sim {
namespace {

using gw::websocket::Header;
using gw::websocket::HttpAnswer;
using gw::websocket::HttpRequest;
using Json = nlohmann::json;

std::string from_base32(const std::string& text) {
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const unsigned value = c >= 'A' && c <= 'Z'   ? unsigned(c - 'A')
                           : c >= '2' && c <= '7' ? unsigned(c - '2') + 26
                                                  : 32;
    if (value == 32) continue;
    bits = bits << 5 | value;
    if ((count += 5) < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count);
    bits &= (1U << count) - 1;
  }
  return bytes;
}

// RFC 6238.
std::string code_of(const std::string& key, std::int64_t step) {
  unsigned char counter[8];
  for (int i = 7; i >= 0; --i, step >>= 8) counter[i] = static_cast<unsigned char>(step);
  unsigned char mac[20];
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter, 8, mac, nullptr);
  const unsigned char* at = mac + (mac[19] & 15);
  const unsigned number = unsigned(at[0] & 127) << 24 | unsigned(at[1]) << 16 | unsigned(at[2]) << 8 | at[3];
  char text[16];
  std::snprintf(text, sizeof text, "%06u", number % 1'000'000);
  return text;
}

// The web interface's own answers have the status 200, and the server's time.
HttpAnswer json(const Json& body) {
  char date[64];
  const std::time_t now = std::time(nullptr);
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&now));
  return {200, "", http_text(200, {{"Content-Type", "application/json"}, {"Date", date}}, body.dump()), true};
}

HttpAnswer refused(const char* code, const char* message) {
  return json({{"status", false}, {"message", message}, {"errorcode", code}, {"data", nullptr}});
}

class AngelLogin final : public LoginServer {
 public:
  explicit AngelLogin(LoginOptions options)
      : options_(std::move(options)), totp_key_(from_base32(options_.totp_secret)) {}

  std::optional<HttpAnswer> answer(const HttpRequest& request) override {
    if (request.method != "POST") return std::nullopt;
    if (request.target == "/rest/auth/angelbroking/user/v1/loginByPassword") return log_in(request);
    if (request.target == "/rest/auth/angelbroking/jwt/v1/generateTokens") return renew(request);
    return std::nullopt;
  }
  // The credentials are the headers' values, a line each: authorization, client code, api key, feed token.
  bool accepts(const Login& login) const override {
    const auto has = [&](const std::string& part) { return login.credentials.find(part) != std::string::npos; };
    return number_ != 0 && has(jwt() + '\n') && has(feed() + '\n');
  }

 private:
  std::string jwt() const { return "sim.jwt." + std::to_string(number_) + ".of." + client_; }
  std::string feed() const { return "sim-feed-" + std::to_string(number_); }

  HttpAnswer issue() {
    ++number_;
    return json(
        {{"status", true},
         {"message", "SUCCESS"},
         {"errorcode", ""},
         {"data",
          {{"jwtToken", jwt()}, {"refreshToken", "sim-refresh-" + std::to_string(number_)}, {"feedToken", feed()}}}});
  }

  HttpAnswer log_in(const HttpRequest& request) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return {403, "text/plain", "Access denied because of exceeding access rate"};
    next_ = now + std::chrono::seconds(1);
    if (const auto wrong = wrong_headers(request)) return *wrong;
    const Json body = Json::parse(request.body, nullptr, false);
    const auto text = [&](const char* key) {
      return body.is_object() && body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : "";
    };
    if (text("clientcode").empty() || text("password") != options_.pin)
      return refused("AB1007", "Invalid clientcode or password");
    const std::int64_t step = std::time(nullptr) / 30;
    bool is_code = false;
    for (const std::int64_t near : {step - 1, step, step + 1}) is_code |= text("totp") == code_of(totp_key_, near);
    if (!is_code) return refused("AB1050", "Invalid totp");
    client_ = text("clientcode");
    return issue();
  }

  HttpAnswer renew(const HttpRequest& request) {
    const Json body = Json::parse(request.body, nullptr, false);
    const std::string last = "sim-refresh-" + std::to_string(number_);
    if (number_ == 0 || header_value(request, "Authorization") != "Bearer " + jwt() || !body.is_object() ||
        body.value("refreshToken", Json()) != last)
      return refused("AG8001", "Invalid Token");
    return issue();
  }

  std::optional<HttpAnswer> wrong_headers(const HttpRequest& request) const {
    for (const char* name :
         {"Accept", "X-UserType", "X-SourceID", "X-ClientLocalIP", "X-ClientPublicIP", "X-MACAddress", "X-PrivateKey"})
      if (header_value(request, name).empty())
        return refused("AB1004", "Something Went Wrong, Please Try After Sometime");
    if (!options_.api_key.empty() && header_value(request, "X-PrivateKey") != options_.api_key)
      return refused("AG8004", "Invalid API Key");
    return std::nullopt;
  }

  LoginOptions options_;
  std::string totp_key_;
  std::string client_;
  int number_ = 0;  // of the last login; 0: none
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace

std::unique_ptr<LoginServer> make_angel_login(LoginOptions options) {
  return std::make_unique<AngelLogin>(std::move(options));
}

}  // namespace sim
