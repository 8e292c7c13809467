#include "tools/broker_sim/angel.hpp"
#include "tools/broker_sim/angel_feed.hpp"
#include "tools/broker_sim/angel_list.hpp"
#include "tools/broker_sim/angel_market.hpp"
#include "tools/broker_sim/http_text.hpp"

namespace sim {
namespace {

using gw::websocket::HttpRequest;
using gw::websocket::Opcode;

Refusal unauthorized(const std::string& what) {
  return {{401, "text/plain", "Unauthorized\n"}, {{"x-error-message", "Invalid Header - Invalid " + what}}};
}

class Angel final : public Protocol {
 public:
  const char* name() const override { return "angel"; }
  const char* account_field() const override { return "client_code"; }
  std::size_t connections_allowed() const override { return 3; }
  std::size_t instruments_allowed() const override { return 1000; }
  int expired_status() const override { return 401; }
  // Angel says nothing by itself. With --heartbeat it answers pings that nobody sent.
  Heartbeat heartbeat() const override { return {Opcode::text, "pong", 0}; }
  bool is_mode(std::string_view name) const override { return name.size() == 1 && name[0] >= '1' && name[0] <= '4'; }
  bool has_error_codes() const override { return true; }
  bool announces_lists() const override { return false; }

  Login read_login(const HttpRequest& request) const override {
    constexpr const char* kHeaders[][2] = {{"authorization", "Auth token"},
                                           {"x-client-code", "Client Code"},
                                           {"x-api-key", "API Key"},
                                           {"x-feed-token", "Feed Token"}};
    Login login;
    login.account = header_value(request, "x-client-code");
    for (const auto& [name, what] : kHeaders) {
      const std::string value = header_value(request, name);
      if (value.empty() && !login.refusal) login.refusal = unauthorized(what);
      login.credentials += value + '\n';
    }
    return login;
  }

  Refusal refusal(int status) const override {
    if (status == 401) return unauthorized("Auth token");
    return {{status, "text/plain", status == 429 ? "Too many connections\n" : "Refused\n"}, {}};
  }

  std::unique_ptr<Feed> open_feed(Session& session) override { return std::make_unique<AngelFeed>(session, market_); }

  std::string_view list_path() const override { return "/OpenAPIScripMaster.json"; }
  std::string list_type() const override { return "application/json"; }
  bool packs_list() const override { return false; }
  std::string list_of(const std::vector<Instrument>& instruments) const override { return angel_list(instruments); }

  std::vector<std::string> instruments_in(std::string_view frame) const override {
    constexpr std::size_t kLengths[] = {51, 123, 379, 443};  // by mode
    if (frame.empty() || frame[0] < 1 || frame[0] > 4 || frame.size() != kLengths[frame[0] - 1]) return {};
    const std::string_view token = frame.substr(2, 25);
    return {name_of({static_cast<std::uint8_t>(frame[1]), std::string(token.substr(0, token.find('\0')))})};
  }

  void corrupt(std::string& frame) const override {
    if (!frame.empty()) frame[0] = static_cast<char>(frame[0] ^ 0x40);  // the mode
  }
  std::string unknown_frame() const override { return '\x09' + std::string(199, '\x01'); }

 private:
  AngelMarket market_;
};

}  // namespace

std::unique_ptr<Protocol> make_angel() { return std::make_unique<Angel>(); }

}  // namespace sim
