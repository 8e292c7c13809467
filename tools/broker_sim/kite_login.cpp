// Kite's login: the page, which logs everybody in, and the exchange of its request token.
#include <random>
#include <set>

#include <openssl/evp.h>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/http_text.hpp"
#include "tools/broker_sim/login_server.hpp"

namespace sim {
namespace {

using gw::websocket::HttpAnswer;
using gw::websocket::HttpRequest;
using Json = nlohmann::json;

std::string hex_digits(const unsigned char* bytes, std::size_t size) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string random_token() {
  std::random_device random;
  unsigned char bytes[16];
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
  return hex_digits(bytes, sizeof bytes);
}

std::string sha256(const std::string& text) {
  unsigned char sum[32];
  EVP_Digest(text.data(), text.size(), sum, nullptr, EVP_sha256(), nullptr);
  return hex_digits(sum, sizeof sum);
}

HttpAnswer refused(int status, const char* type, const char* message) {
  return {status, "application/json",
          Json{{"status", "error"}, {"message", message}, {"error_type", type}, {"data", nullptr}}.dump()};
}

class KiteLogin final : public LoginServer {
 public:
  explicit KiteLogin(LoginOptions options) : options_(std::move(options)) {}

  std::optional<HttpAnswer> answer(const HttpRequest& request) override {
    const std::string_view path = request.target.substr(0, request.target.find('?'));
    if (request.method == "GET" && path == "/connect/login") return page(request);
    if (request.method == "POST" && path == "/session/token") return exchange(request);
    if (request.method == "DELETE" && path == "/session/token") return end(request);
    return std::nullopt;
  }
  bool accepts(const Login& login) const override { return !session_.empty() && login.credentials == session_; }

 private:
  bool knows(const std::string& api_key) const {
    return api_key.size() >= 6 && (options_.api_key.empty() || api_key == options_.api_key);
  }

  HttpAnswer page(const HttpRequest& request) {
    if (!knows(query_value(request.target, "api_key"))) return refused(400, "InputException", "Invalid `api_key`.");
    const std::string token = random_token();
    open_.insert(token);
    const std::string mark = options_.redirect.find('?') == std::string::npos ? "?" : "&";
    return {
        302, "",
        http_text(302,
                  {{"Location", options_.redirect + mark + "request_token=" + token + "&action=login&status=success"}},
                  ""),
        true};
  }

  HttpAnswer exchange(const HttpRequest& request) {
    // A body that is no form has no fields at all.
    const bool is_form = header_value(request, "Content-Type").starts_with("application/x-www-form-urlencoded");
    const std::string form = is_form ? '?' + std::string(request.body) : "";
    const std::string key = query_value(form, "api_key");
    const std::string token = query_value(form, "request_token");
    if (key.size() < 6) return refused(400, "InputException", "`api_key` should be minimum 6 characters in length.");
    if (!knows(key)) return refused(403, "TokenException", "Invalid `api_key`.");
    if (query_value(form, "checksum") != sha256(key + token + options_.api_secret))
      return refused(403, "TokenException", "Invalid `checksum`.");
    if (open_.erase(token) == 0) return refused(403, "TokenException", "Token is invalid or has expired.");
    const std::string access = random_token();
    session_ = key + '&' + access;
    const Json data = {
        {"user_id", "SIM001"}, {"access_token", access}, {"refresh_token", ""}, {"login_time", "2026-01-05 08:59:12"}};
    return {200, "application/json", Json{{"status", "success"}, {"data", data}}.dump()};
  }

  HttpAnswer end(const HttpRequest& request) {
    const std::string given =
        query_value(request.target, "api_key") + '&' + query_value(request.target, "access_token");
    if (given != session_) return refused(403, "TokenException", "Incorrect `api_key` or `access_token`.");
    session_.clear();
    return {200, "application/json", Json{{"status", "success"}, {"data", true}}.dump()};
  }

  LoginOptions options_;
  std::set<std::string> open_;  // request tokens that nobody has used
  std::string session_;         // credentials of the last login; empty: none
};

}  // namespace

std::unique_ptr<LoginServer> make_kite_login(LoginOptions options) {
  return std::make_unique<KiteLogin>(std::move(options));
}

}  // namespace sim
