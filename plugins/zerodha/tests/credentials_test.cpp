#include "zerodha_credentials.hpp"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zerodha {
namespace {

using testing::HasSubstr;

// The extension's status and message for an answer.
std::pair<bgw_status, std::string> judged(int status, const std::string& body) {
  bgw_error error{};
  const bgw_status verdict = credentials_extension()->judge(status, body.c_str(), body.size(), &error);
  EXPECT_EQ(error.code, verdict);
  return {verdict, error.message};
}

constexpr const char* kDead =
    R"({"status":"error","message":"Incorrect `api_key` or `access_token`.","error_type":"TokenException"})";
constexpr const char* kGood = R"({"status":"success","data":{"user_id":"AB1234","email":"a@b.example"}})";

TEST(Credentials, AreAskedForWithTheSettingsOfTheLogin) {
  const bgw_credentials& extension = *credentials_extension();
  EXPECT_EQ(extension.size, sizeof extension);
  EXPECT_STREQ(extension.url, "{api_url}/user/profile");
  EXPECT_STREQ(extension.headers, "X-Kite-Version: 3\nAuthorization: token {api_key}:{access_token}");
}

TEST(Credentials, AreDeadByKitesOwnWordOnly) {
  const auto [verdict, text] = judged(403, kDead);
  EXPECT_EQ(verdict, BGW_E_AUTH);
  EXPECT_THAT(text, HasSubstr("(HTTP 403): Incorrect `api_key` or `access_token`.; access tokens expire at 06:00 IST"));
  EXPECT_EQ(judged(500, kDead).first, BGW_E_REFUSED);
}

TEST(Credentials, AreGoodWhenTheProfileIsGiven) {
  const auto [verdict, text] = judged(200, kGood);
  EXPECT_EQ(verdict, BGW_OK);
  EXPECT_EQ(text, "Kite accepts the token: perhaps a plan without market data, or a firewall");
}

TEST(Credentials, AreNotDecidedByAnythingElse) {
  for (const auto& [status, body, words] :
       {std::tuple{403, "<html><title>Blocked</title></html>", "HTTP 403 and says: Blocked"},
        {403, R"({"status":"error","message":"Insufficient permission","error_type":"PermissionException"})",
         "PermissionException: Insufficient permission"},
        {403, "", "answers HTTP 403"},
        {403, R"(["TokenException"])", "HTTP 403"},
        {200, "<html><title>Log in to the WiFi</title></html>", "HTTP 200 and says: Log in"},
        {200, "", "HTTP 200"},
        {200, R"({"status":"error"})", "HTTP 200"},
        {200, R"({"user":"somebody"})", "HTTP 200"},
        {200, R"({"status":true,"data":{}})", "HTTP 200"},
        {302, "", "HTTP 302"},
        {429, R"({"status":"error","message":"Too many requests","error_type":"NetworkException"})", "Too many"},
        {502, "bad gateway", "HTTP 502"}}) {
    const auto [verdict, text] = judged(status, body);
    EXPECT_EQ(verdict, BGW_E_REFUSED) << body;
    EXPECT_THAT(text, HasSubstr(words));
  }
}

TEST(Credentials, AVeryLongAnswerIsCut) {
  EXPECT_EQ(judged(403, R"({"error_type":")" + std::string(60'000, 'x') + R"("})").first, BGW_E_REFUSED);
  EXPECT_EQ(judged(403, std::string(65'536, '[')).first, BGW_E_REFUSED);
}

}  // namespace
}  // namespace zerodha
