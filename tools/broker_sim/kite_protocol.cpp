#include <nlohmann/json.hpp>

#include "tools/broker_sim/http_text.hpp"
#include "tools/broker_sim/kite.hpp"
#include "tools/broker_sim/kite_feed.hpp"
#include "tools/broker_sim/kite_list.hpp"
#include "tools/broker_sim/kite_market.hpp"

namespace sim {
namespace {

using gw::websocket::HttpRequest;
using gw::websocket::Opcode;

std::uint32_t half_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

bool is_known_length(std::size_t n) { return n == 8 || n == 28 || n == 32 || n == 44 || n == 184; }

struct Exception {
  const char* type;
  const char* message;
};

// kite.trade/docs/connect/v3/exceptions
Exception exception_of(int status) {
  if (status == 429) return {"NetworkException", "Too many connections"};
  if (status == 500) return {"GeneralException", "Something unexpected went wrong"};
  if (status > 500) return {"NetworkException", "The service is down"};
  return {"TokenException", "Incorrect `api_key` or `access_token`."};
}

class Kite final : public Protocol {
 public:
  const char* name() const override { return "zerodha"; }
  const char* account_field() const override { return "api_key"; }
  std::size_t connections_allowed() const override { return 3; }
  std::size_t instruments_allowed() const override { return 3000; }
  int expired_status() const override { return 403; }
  Heartbeat heartbeat() const override { return {Opcode::binary, {"\0", 1}, 3}; }
  bool is_mode(std::string_view name) const override { return name == "ltp" || name == "quote" || name == "full"; }
  bool has_error_codes() const override { return false; }
  bool announces_lists() const override { return true; }

  Login read_login(const HttpRequest& request) const override {
    Login login;
    login.account = query_value(request.target, "api_key");
    const std::string token = query_value(request.target, "access_token");
    login.credentials = credentials(login.account, token);
    if (login.account.empty() || token.empty()) login.refusal = refusal(403);
    return login;
  }

  Refusal refusal(int status) const override {
    const Exception said = exception_of(status);
    const nlohmann::json body = {
        {"status", "error"}, {"message", said.message}, {"error_type", said.type}, {"data", nullptr}};
    return {{status, "application/json", body.dump()}, {}};
  }

  std::unique_ptr<Feed> open_feed(Session& session) override { return std::make_unique<KiteFeed>(session, market_); }

  std::string_view list_path() const override { return "/instruments"; }
  std::string list_type() const override { return "text/csv"; }
  bool packs_list() const override { return true; }
  std::string list_of(const std::vector<Instrument>& instruments) const override { return kite_list(instruments); }
  std::string_view profile_path() const override { return "/user/profile"; }

  // Authorization: token api_key:access_token
  Login read_rest_login(const HttpRequest& request) const override {
    constexpr std::string_view kScheme = "token ";
    const std::string value = header_value(request, "Authorization");
    const std::string pair = value.starts_with(kScheme) ? value.substr(kScheme.size()) : "";
    const std::size_t colon = pair.find(':');
    Login login;
    if (colon == 0 || colon == std::string::npos || colon + 1 == pair.size()) {
      login.refusal = refusal(403);
      return login;
    }
    login.account = pair.substr(0, colon);
    login.credentials = credentials(login.account, pair.substr(colon + 1));
    return login;
  }

  std::string profile() const override {
    const nlohmann::json data = {{"user_id", "SIM001"},
                                 {"user_type", "individual"},
                                 {"email", "sim@example.com"},
                                 {"user_name", "Broker Sim"},
                                 {"user_shortname", "Sim"},
                                 {"broker", "ZERODHA"},
                                 {"exchanges", {"NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX", "NCO"}},
                                 {"products", {"CNC", "NRML", "MIS"}},
                                 {"order_types", {"MARKET", "LIMIT", "SL", "SL-M"}},
                                 {"avatar_url", nullptr},
                                 {"meta", {{"demat_consent", "consent"}}}};
    return nlohmann::json{{"status", "success"}, {"data", data}}.dump();
  }

  std::vector<std::string> instruments_in(std::string_view frame) const override {
    std::vector<std::string> found;
    if (frame.size() < 2) return found;
    std::size_t at = 2;
    for (std::uint32_t left = half_at(frame, 0); left > 0; --left) {
      if (at + 2 > frame.size()) return {};
      const std::size_t length = half_at(frame, at);
      at += 2;
      if (at + length > frame.size()) return {};
      if (is_known_length(length)) found.push_back(std::to_string(half_at(frame, at) << 16 | half_at(frame, at + 2)));
      at += length;
    }
    return found;
  }

  void corrupt(std::string& frame) const override {
    if (frame.size() > 2) frame[2] = '\xff';  // the first packet would be longer than any frame
  }
  std::string unknown_frame() const override { return std::string("\0\1\0\x14", 4) + std::string(20, '\x7f'); }

 private:
  static std::string credentials(const std::string& api_key, const std::string& access_token) {
    return api_key + '&' + access_token;
  }

  KiteMarket market_;
};

}  // namespace

std::unique_ptr<Protocol> make_kite() { return std::make_unique<Kite>(); }

}  // namespace sim
