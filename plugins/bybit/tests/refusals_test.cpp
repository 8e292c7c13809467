#include "bybit_refusals.hpp"

#include <gmock/gmock.h>

namespace bybit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kCountryPage =
    "<HTML><BODY>The Amazon CloudFront distribution is configured to block access from your country.</BODY></HTML>";

std::string list(std::int32_t status, std::string_view body, std::int64_t* wait = nullptr) {
  bgw_error error{};
  const bgw_status code = judge_list(status, body.data(), body.size(), &error);
  if (wait != nullptr) *wait = error.retry_after_ns;
  return std::to_string(code) + ' ' + error.message;
}

std::string socket(std::int32_t status, std::string_view body, std::vector<bgw_header> headers = {}) {
  const bgw::Error error = refusal_of({1006, status, "", headers, body}, "linear", 0);
  return std::to_string(error.code) + ' ' + error.what();
}

TEST(Refusals, TheListByCountryNamesTheSettingToChange) {
  EXPECT_EQ(
      list(403, kCountryPage),
      "-6 Bybit does not serve the country of this machine's address (HTTP 403); where Bybit has a host of its own "
      "for your country, put it into the setting api_url, like https://api.bybit.kz");
}

TEST(Refusals, OthersOfTheListByTheirWords) {
  EXPECT_EQ(list(403, R"({"retCode":10006,"retMsg":"Too many visits!"})"),
            "-9 Bybit did not give its instrument list (HTTP 403 says: Too many visits!)");
  EXPECT_EQ(list(502, "<title>Bad Gateway</title>"),
            "-4 Bybit did not give its instrument list (HTTP 502 says: Bad Gateway)");
  EXPECT_EQ(list(404, ""), "-9 Bybit did not give its instrument list (HTTP 404)");
  std::int64_t wait = 0;
  EXPECT_THAT(list(403, "access too frequent", &wait), StartsWith("-5 Bybit has had too many requests"));
  EXPECT_EQ(wait, 600'000'000'000);
}

TEST(Refusals, OfASocket) {
  EXPECT_THAT(socket(403, kCountryPage), HasSubstr("the setting url, like wss://stream.bybit.kz/v5/public"));
  EXPECT_EQ(socket(403, "<title>Denied</title>"), "-9 Bybit refused the linear socket (HTTP 403 says: Denied)");
  EXPECT_THAT(socket(429, ""), StartsWith("-5 Bybit has had too many connections"));
  EXPECT_THAT(socket(503, ""), StartsWith("-4 Bybit is not available"));
  EXPECT_EQ(socket(0, ""), "-4 the linear socket ended");
  EXPECT_THAT(socket(302, "", {{"Location", "wss://stream.bybit-tr.com/v5/public/linear"}}),
              HasSubstr("redirects the linear socket to stream.bybit-tr.com"));
}

}  // namespace
}  // namespace bybit
