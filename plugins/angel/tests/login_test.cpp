#include "angel_login.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "bgw/testing/fake_login_host.hpp"

namespace angel {
namespace {

using bgw::testing::FakeLoginHost;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNow = 1'767'587'352 * kSecond;  // Mon, 05 Jan 2026 04:29:12 GMT
constexpr const char* kSession =
    R"({"status":true,"message":"SUCCESS","errorcode":"","data":{"jwtToken":"Bearer j.w.t","refreshToken":"r","feedToken":"feed"}})";

std::string failure(const std::string& message, const std::string& code) {
  return R"({"status":false,"message":")" + message + R"(","errorcode":")" + code + R"(","data":null})";
}

class Login : public testing::Test {
 protected:
  Login() {
    host_.settings = {{"api_key", "angelkey"},
                      {"client_code", "C1"},
                      {"pin", "9876"},
                      {"totp_secret", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"}};
    host_.wall_ns = kNow;
  }
  FakeLoginHost::Outcome run() { return host_.run(*bgw::login_extension<AngelLogin>()); }
  FakeLoginHost::Outcome after(int status, const std::string& body,
                               std::vector<std::pair<std::string, std::string>> headers = {}) {
    host_.answer(status, body, std::move(headers));
    auto outcome = run();
    for (const char* secret : {"9876", "gezd", "angelkey"}) EXPECT_THAT(outcome.message, Not(HasSubstr(secret)));
    return outcome;
  }
  FakeLoginHost host_;
};

TEST_F(Login, NeedsNoPerson) {
  const bgw_login& login = *bgw::login_extension<AngelLogin>();
  EXPECT_EQ(login.flags, 0U);
  EXPECT_EQ(login.interval_ns, kSecond);
}

TEST_F(Login, SendsThePinAndTheCodeOfThisMoment) {
  host_.wall_ns = 1'111'111'109 * kSecond;  // RFC 6238, appendix B
  host_.answer(200, kSession);
  const auto outcome = run();
  EXPECT_EQ(outcome.status, BGW_OK) << outcome.message;
  EXPECT_EQ(host_.stored, (std::map<std::string, std::string>{{"jwt_token", "Bearer j.w.t"}, {"feed_token", "feed"}}));
  ASSERT_EQ(host_.requests.size(), 1U);
  EXPECT_EQ(host_.requests[0].method, "POST");
  EXPECT_EQ(host_.requests[0].url, "https://apiconnect.angelone.in/rest/auth/angelbroking/user/v1/loginByPassword");
  EXPECT_EQ(nlohmann::json::parse(host_.requests[0].body),
            (nlohmann::json{{"clientcode", "C1"}, {"password", "9876"}, {"totp", "081804"}}));
  for (const char* header : {"Content-Type: application/json", "Accept: application/json", "X-UserType: USER",
                             "X-SourceID: WEB", "X-PrivateKey: angelkey"})
    EXPECT_THAT(host_.requests[0].headers, Contains(header));
  for (const char* name : {"X-ClientLocalIP: ", "X-ClientPublicIP: ", "X-MACAddress: "})
    EXPECT_THAT(host_.requests[0].headers, Contains(testing::StartsWith(name)));
}

TEST_F(Login, SaysWhenTheSecretIsNoBase32) {
  host_.settings["totp_secret"] = "1234";
  const auto outcome = run();
  EXPECT_EQ(outcome.status, BGW_E_AUTH);
  EXPECT_THAT(outcome.message, AllOf(HasSubstr("totp_secret"), HasSubstr("QR code"), Not(HasSubstr("1234"))));
  host_.settings.erase("pin");
  host_.settings["totp_secret"] = "GEZDGNBV";
  EXPECT_EQ(run().message, "pin is missing");
  EXPECT_TRUE(host_.requests.empty());
}

TEST_F(Login, NamesTheClockWhereTheTotpIsRefused) {
  const std::string body = failure("Invalid totp", "AB1050");
  const auto behind = after(200, body, {{"Date", "Mon, 05 Jan 2026 04:30:47 GMT"}});
  EXPECT_EQ(behind.status, BGW_E_AUTH);
  EXPECT_EQ(
      behind.message,
      "Angel refuses the TOTP (AB1050: Invalid totp): the usual cause is a wrong clock of this machine; it is 95 s "
      "behind Angel's");
  EXPECT_THAT(after(200, body, {{"Date", "Mon, 05 Jan 2026 04:28:12 GMT"}}).message, HasSubstr("60 s ahead of"));
  EXPECT_THAT(after(200, body, {{"Date", "Mon, 05 Jan 2026 04:29:11 GMT"}}).message,
              HasSubstr("totp_secret may be wrong"));
  EXPECT_THAT(after(200, body, {{"Date", "yesterday"}}).message, HasSubstr("does not say"));
  EXPECT_THAT(after(200, body).message, HasSubstr("does not say"));
}

TEST_F(Login, TriesTheNextCodeWhereOneWasLate) {
  const bgw::HttpResponse response{200, R"({"status":false,"message":"Invalid totp","errorcode":"AB1050"})", {}, {}};
  const auto code_of = [&](std::int64_t sent, std::int64_t answered) {
    try {
      session_in(response, sent * kSecond, answered * kSecond);
    } catch (const bgw::Error& e) {
      return e.code;
    }
    return bgw_status{BGW_OK};
  };
  EXPECT_EQ(code_of(59, 60), BGW_E_TRANSIENT);
  EXPECT_EQ(code_of(60, 61), BGW_E_AUTH);
}

TEST_F(Login, TellsRefusalsApart) {
  const auto pin = after(200, failure("Invalid clientcode or password", "AB1007"));
  EXPECT_EQ(pin.status, BGW_E_AUTH);
  EXPECT_THAT(pin.message, AllOf(HasSubstr("AB1007: Invalid clientcode or password"), HasSubstr("blocks the account")));
  const auto key = after(200, failure("Invalid API Key", "AG8004"));
  EXPECT_EQ(key.status, BGW_E_AUTH);
  EXPECT_EQ(key.message, "Angel refuses api_key (AG8004: Invalid API Key)");
  EXPECT_EQ(after(200, failure("Something Went Wrong, Please Try After Sometime", "AB1004")).status, BGW_E_TRANSIENT);
  const auto rate = after(403, "Access denied because of exceeding access rate");
  EXPECT_EQ(rate.status, BGW_E_RATE);
  EXPECT_EQ(rate.retry_after_ns, kSecond);
  EXPECT_EQ(after(429, "", {{"Retry-After", "3"}}).retry_after_ns, 3 * kSecond);
  EXPECT_EQ(after(502, "<html><title>Bad gateway</title></html>").status, BGW_E_TRANSIENT);
  const auto firewall = after(403, "<html><title>Request Rejected</title></html>");
  EXPECT_EQ(firewall.status, BGW_E_REFUSED);
  EXPECT_THAT(firewall.message, HasSubstr("HTTP 403: Request Rejected"));
}

TEST_F(Login, TakesNoTokensThatAreNone) {
  for (const char* body : {R"({"status":true})", R"({"status":true,"data":null})", R"({"status":true,"data":[]})",
                           R"({"status":true,"data":{"jwtToken":"j","feedToken":""}})",
                           R"({"status":true,"data":{"jwtToken":"j\nX: y","feedToken":"f"}})"})
    EXPECT_EQ(after(200, body).status, BGW_E_FATAL) << body;
  for (const char* body : {"", "null", "[]", "{}", R"({"status":"true"})", R"({"status":false})"})
    EXPECT_NE(after(200, body).status, BGW_OK) << body;
  EXPECT_TRUE(host_.stored.empty());
}

}  // namespace
}  // namespace angel
