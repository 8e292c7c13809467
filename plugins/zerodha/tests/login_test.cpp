#include "zerodha_login.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bgw/testing/fake_login_host.hpp"

namespace zerodha {
namespace {

using bgw::testing::FakeLoginHost;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSession =
    R"({"status":"success","data":{"user_id":"AB1234","access_token":"acc3ss","refresh_token":"","login_time":"2026-01-05 08:59:12"}})";

std::string error_body(const std::string& type, const std::string& message) {
  return R"({"status":"error","message":")" + message + R"(","error_type":")" + type + R"(","data":null})";
}

class Login : public testing::Test {
 protected:
  Login() { host_.settings = {{"api_key", "kitekey"}, {"api_secret", "s3cret"}}; }
  FakeLoginHost::Outcome run(const std::string& answer = "request_token=r3quest&action=login&status=success") {
    return host_.run(*bgw::login_extension<ZerodhaLogin>(), answer);
  }
  // The outcome of an answer of the web interface.
  FakeLoginHost::Outcome after(int status, const std::string& body,
                               std::vector<std::pair<std::string, std::string>> headers = {}) {
    host_.answer(status, body, std::move(headers));
    auto outcome = run();
    for (const char* secret : {"s3cret", "r3quest", "acc3ss"}) EXPECT_THAT(outcome.message, Not(HasSubstr(secret)));
    return outcome;
  }
  FakeLoginHost host_;
};

TEST_F(Login, BeginsAtKitesPage) {
  const bgw_login& login = *bgw::login_extension<ZerodhaLogin>();
  EXPECT_EQ(login.flags, std::uint32_t{BGW_LOGIN_BY_PAGE});
  EXPECT_EQ(host_.page(login), "https://kite.zerodha.com/connect/login?api_key=kitekey&v=3");
  host_.settings["api_url"] = "http://127.0.0.1:9001/";
  EXPECT_EQ(host_.page(login), "http://127.0.0.1:9001/connect/login?api_key=kitekey&v=3");
}

TEST_F(Login, ExchangesTheRequestTokenByAForm) {
  host_.answer(200, kSession);
  const auto outcome = run();
  EXPECT_EQ(outcome.status, BGW_OK) << outcome.message;
  EXPECT_EQ(host_.stored, (std::map<std::string, std::string>{{"access_token", "acc3ss"}}));
  ASSERT_EQ(host_.requests.size(), 1U);
  EXPECT_EQ(host_.requests[0].method, "POST");
  EXPECT_EQ(host_.requests[0].url, "https://api.kite.trade/session/token");
  EXPECT_THAT(host_.requests[0].headers,
              ElementsAre("X-Kite-Version: 3", "Content-Type: application/x-www-form-urlencoded"));
  // printf %s kitekeyr3quests3cret | sha256sum
  EXPECT_EQ(host_.requests[0].body,
            "api_key=kitekey&request_token=r3quest&checksum="
            "f00fb910db44abb30934e5b8b67cd0aee76eac59460ac920ff24b8e0889ebb26");
}

TEST_F(Login, TakesWhatAPersonPastes) {
  for (const char* answer :
       {"https://my.example/kite?request_token=r3quest&action=login&status=success", "?request_token=r3quest",
        "r3quest", "http://127.0.0.1:5000/?status=success&request_token=r3quest#_=_"}) {
    host_.answer(200, kSession);
    EXPECT_EQ(run(answer).status, BGW_OK) << answer;
    EXPECT_THAT(host_.requests.back().body, HasSubstr("request_token=r3quest&")) << answer;
  }
}

TEST_F(Login, SaysWhatIsMissingBeforeItAsksAnybody) {
  for (const auto& [answer, code, words] :
       {std::tuple{"status=failure&action=login", BGW_E_AUTH, "nobody logged in (status=failure)"},
        {"request_token=r3quest&status=cancelled", BGW_E_AUTH, "status=cancelled"},
        {"", BGW_E_INVALID, "found no request_token"},
        {"https://my.example/", BGW_E_INVALID, "found no request_token"},
        {"request_token=&status=success", BGW_E_INVALID, "found no request_token"},
        {"request_token=a%0Ab", BGW_E_INVALID, "found no request_token"}}) {
    const auto outcome = run(answer);
    EXPECT_EQ(outcome.status, code) << answer;
    EXPECT_THAT(outcome.message, HasSubstr(words)) << answer;
  }
  host_.settings.erase("api_secret");
  EXPECT_EQ(run().message, "api_secret is missing");
  EXPECT_TRUE(host_.requests.empty());
}

TEST_F(Login, TellsRefusalsApart) {
  const auto checksum = after(403, error_body("TokenException", "Invalid `checksum`."));
  EXPECT_EQ(checksum.status, BGW_E_AUTH);
  EXPECT_EQ(checksum.message,
            "Kite refuses the checksum (HTTP 403: TokenException: Invalid `checksum`.): api_secret is "
            "not that of api_key");
  const auto used = after(403, error_body("TokenException", "Token is invalid or has expired."));
  EXPECT_EQ(used.status, BGW_E_AUTH);
  EXPECT_THAT(used.message, AllOf(HasSubstr("refuses the request token"), HasSubstr("good once")));
  EXPECT_EQ(after(400, error_body("InputException", "Invalid `api_key`.")).status, BGW_E_FATAL);
  const auto rate = after(429, error_body("NetworkException", "Too many requests"), {{"Retry-After", "7"}});
  EXPECT_EQ(rate.status, BGW_E_RATE);
  EXPECT_EQ(rate.retry_after_ns, 7'000'000'000);
  EXPECT_EQ(after(503, "<html><title>Down</title></html>").status, BGW_E_TRANSIENT);
  const auto firewall = after(403, "<html><title>Blocked</title></html>");
  EXPECT_EQ(firewall.status, BGW_E_FATAL);
  EXPECT_THAT(firewall.message, HasSubstr("HTTP 403: Blocked"));
}

TEST_F(Login, TakesNoTokenThatIsNone) {
  for (const char* body :
       {"", "{}", "[]", R"({"status":"success","data":{}})", R"({"status":"success","data":{"access_token":""}})",
        R"({"status":"success","data":{"access_token":7}})", R"({"status":"success","data":{"access_token":"a b"}})",
        R"({"status":"success","data":{"access_token":"a\nb"}})", "<html><title>Log in to the WiFi</title></html>"})
    EXPECT_EQ(after(200, body).status, BGW_E_FATAL) << body;
  EXPECT_TRUE(host_.stored.empty());
}

}  // namespace
}  // namespace zerodha
