// What a recording of an adapter that logs in by a web interface and a socket has of its secrets, and its replay.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "bgw/testing/replay.hpp"
#include "recorded_adapter.hpp"

namespace gw::recording {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64(std::string_view text, std::string_view alphabet = kStandard) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += alphabet[bits >> (count - 6) & 63];
  }
  if (count != 0) out += alphabet[bits << (6 - count) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

// The text of a JSON member whose value is a string.
std::string member(std::string_view json, std::string_view name) {
  const std::string begin = '"' + std::string(name) + "\":\"";
  const std::size_t at = json.find(begin);
  if (at == std::string_view::npos) return {};
  return std::string(json.substr(at + begin.size(), json.find('"', at + begin.size()) - at - begin.size()));
}

// Hands its secrets on in every way that brokers ask for.
class SecretiveAdapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override {
    token_ = setting("token").value_or("");
    pin_ = setting("pin").value_or("");
  }
  void connect() override {
    http_request({.method = "POST",
                  .url = "https://broker.example/login/" + pin_ + "?sid=urlsid-bbbb2222&ticket=urlticket-cccc3333",
                  .headers = {{"Authorization", "Basic " + base64("alice:" + token_)},
                              {"X-Pin", pin_},
                              {"Cookie", "sid=reqcookie-eeee5555; theme=dark"}},
                  .body = R"({"user":"alice","pin":")" + pin_ + R"(","p":)" + pin_ +
                          R"(,"otp":"918273","nested":{"sessionKey":"reqsess-aaaa1111"}})"});
    http_request({.method = "POST", .url = "https://broker.example/form", .body = "u=alice&p=" + pin_ + "&v=1"});
  }
  void on_http(std::uint32_t id, const bgw::HttpResponse& answer) override {
    if (id != 1) return;
    session_ = member(answer.body, "sessionid");
    auth_id_ = answer.header("X-Auth-Id");
    websocket_open("wss://feed.example/f/" + member(answer.body, "pathToken") + "?t=" + member(answer.body, "token"),
                   std::array{std::pair<std::string, std::string>{"X-Feed", member(answer.body, "susertoken")}});
  }
  void on_open(std::uint32_t connection) override {
    send_text(connection, R"({"t":"auth","susertoken":")" + session_ + R"(","id":")" + auth_id_ + R"(","std":")" +
                              base64(token_) + R"(","url":")" + base64(token_, kUrlSafe) + R"(","both":")" +
                              base64("alice:" + pin_) + R"("})");
    send_text(connection, pin_);
    ready();
  }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    for (const bgw_subscription& s : wanted)
      send_text(1, R"({"k":"SUB","pin":")" + pin_ + R"(","tokens":[)" + s.token + R"(],"enc":")" + enc_ + R"("})");
  }
  void unsubscribe(std::span<const std::uint32_t>) override {}
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte> frame) override {
    const std::string_view text(reinterpret_cast<const char*>(frame.data()), frame.size());
    if (const std::string enc = member(text, "enctoken"); !enc.empty()) enc_ = enc;
    if (text.find("ltp") == std::string_view::npos) return BGW_OK;
    bgw_tick tick{};
    tick.instrument = 1;
    tick.modes = BGW_MODE_LTP;
    tick.present = BGW_HAS_LTP;
    std::uint32_t sum = 0;
    for (const char c : text) sum = sum * 3 + static_cast<unsigned char>(c);
    tick.ltp = sum;
    publish(tick);
    return BGW_OK;
  }
  bgw_status on_close(std::uint32_t, const bgw::Close&) override { return BGW_E_TRANSIENT; }
  void disconnect() override {}

 private:
  std::string token_, pin_, session_, auth_id_, enc_;
};

constexpr std::string_view kToken = "tok>MAIN?secret~9x8y7z";  // its base64 has "+" and "/" in it
constexpr std::string_view kTick = R"({"ltp":4711,"volume":"4711","token":"NSE|4711","sess":"cont-4711-20261201"})";

// `token`: of the instrument that is subscribed to.
std::string record_secretive(const char* token = "26009") {
  static const bgw_plugin_descriptor plugin = [] {
    bgw_plugin_descriptor d{};
    d.broker = "secretive";
    d.api = &bgw::detail::Thunks<SecretiveAdapter>::api;
    return d;
  }();
  std::string bytes;
  bgw::testing::FakeHost host;
  host.settings = {{"token", std::string(kToken)}, {"pin", "4711"}};
  auto& recorder = bgw::testing::Recorder::make(plugin, "acme", {{"token", std::string(kToken)}, {"pin", "4711"}},
                                                std::make_shared<MemorySink>(bytes));
  const bgw_adapter_api& api = bgw::testing::Recorder::api();
  bgw_error error{};
  void* self = recorder.create(host.table, &error);
  api.initialize(self, &error);
  api.connect(self, &error);
  const std::string answer =
      R"({"sessionid":"resp-sess-gggg7777","pathToken":"resp-path-hhhh8888","susertoken":"resp-sus-jjjj0000",)"
      R"("token":"resp-plain-token-kkkk","sessionType":"REGULAR_TRADING_HOURS",)"
      R"("instrument_token":"NSE_EQ-INE002A01018"})";
  const bgw_header headers[] = {{"X-Auth-Id", "resphdr-mmmm3434"},
                                {"Set-Cookie", "JSESSIONID=setcookie-llll1212; Path=/; HttpOnly"}};
  const bgw_http_response response{sizeof response, 200, 2, 0, headers, answer.c_str(), answer.size(), ""};
  api.on_http(self, 1, &response, &error);
  api.on_open(self, 1, &error);
  const auto frame = [&](std::string_view text) {
    api.on_frame(self, 1, BGW_OPCODE_TEXT, text.data(), text.size(), &error);
  };
  frame(R"({"t": "ok", "enctoken":"frame-enc-nnnn5656", "sessid": "frame-sess-oooo7878"})");
  bgw_subscription wanted{};
  wanted.instrument = 1;
  wanted.token = token;
  api.subscribe(self, &wanted, 1, &error);
  frame(R"({"ltp":4712})");
  frame(kTick);
  frame(kTick);
  api.destroy(self);
  return bytes;
}

bgw::testing::Replayed replay_secretive(const std::string& bytes) {
  std::istringstream in(bytes);
  return bgw::testing::replay(in, bgw::detail::Thunks<SecretiveAdapter>::api);
}

TEST(Secrets, AreNotInARecordingOfALogin) {
  const std::string bytes = record_secretive();
  for (const char* secret :
       {"tok>MAIN", "urlsid-bbbb2222", "urlticket-cccc3333", "reqcookie-eeee5555", "918273", "reqsess-aaaa1111",
        "resp-sess-gggg7777", "resp-path-hhhh8888", "resp-sus-jjjj0000", "resp-plain-token-kkkk", "resphdr-mmmm3434",
        "setcookie-llll1212", "frame-enc-nnnn5656", "frame-sess-oooo7878"})
    EXPECT_THAT(bytes, Not(HasSubstr(secret)));
  const std::string token(kToken);
  for (const std::string& derived :
       {base64(token), base64(token, kUrlSafe), base64("alice:" + token), base64("alice:4711")})
    EXPECT_THAT(bytes, Not(HasSubstr(derived)));
}

TEST(Secrets, ThatAreShortAreReplacedWhereTheyAreAWholeValue) {
  const std::string bytes = record_secretive();
  EXPECT_THAT(bytes, HasSubstr("/login/0000?"));
  EXPECT_THAT(bytes, HasSubstr(R"("pin":"0000","p":0000,"otp":)"));
  EXPECT_THAT(bytes, HasSubstr("u=alice&p=0000&v=1"));
  EXPECT_THAT(bytes, HasSubstr(R"({"k":"SUB","pin":"0000",)"));
  std::string rest = bytes;
  for (std::size_t at = rest.find(kTick); at != std::string::npos; at = rest.find(kTick)) rest.erase(at, kTick.size());
  EXPECT_THAT(rest, Not(HasSubstr("4711")));
}

TEST(Secrets, AreNotLookedForInMarketData) {
  const std::string bytes = record_secretive();
  EXPECT_NE(bytes.find(kTick), bytes.rfind(kTick)) << "both ticks are as they were";
  EXPECT_THAT(bytes, HasSubstr("REGULAR_TRADING_HOURS"));
  EXPECT_THAT(bytes, HasSubstr("NSE_EQ-INE002A01018"));
}

TEST(Secrets, DoNotKeepARecordingFromBeingReplayed) {
  const auto played = replay_secretive(record_secretive());
  EXPECT_EQ(played.difference, "");
  EXPECT_EQ(played.published, 3U);
}

// The PIN and an instrument's token are the same: what is sent of the token is replaced, and the replay sends it.
TEST(Secrets, ThatAnInstrumentHasAsItsTokenDoNotEither) {
  EXPECT_EQ(replay_secretive(record_secretive("4711")).difference, "");
}

}  // namespace
}  // namespace gw::recording
