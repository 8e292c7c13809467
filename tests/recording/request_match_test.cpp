#include "bgw/testing/request_match.hpp"

#include <string>

#include <gtest/gtest.h>

#include "bgw/testing/record_codec.hpp"

namespace bgw::testing {
namespace {

// As a recorder writes it down.
std::string request(const char* name, const char* value, const char* body = "", std::int64_t timeout_ns = 0) {
  Placeholders none;
  const bgw_header headers[] = {{"X-Version", "3"}, {name, value}};
  bgw_http_request asked{};
  asked.size = sizeof asked;
  asked.method = "POST";
  asked.url = "https://broker.example/login";
  asked.headers = headers;
  asked.header_count = 2;
  asked.body = body;
  asked.body_length = std::string_view(body).size();
  asked.timeout_ns = timeout_ns;
  RecordBytes payload;
  put_http_request(payload, none, asked);
  return payload.bytes();
}
bool is_same(const std::string& found, const std::string& then, const Placeholders& hide = {}) {
  return RequestMatch(hide).is_same(RecordKind::http_request, found, then);
}

TEST(RequestMatch, AHeaderThatIsAPlaceholderMatchesAnyValue) {
  const std::string then = request("Authorization", "Basic authorization...");
  EXPECT_TRUE(is_same(request("Authorization", "Basic YWxpY2U6dG9rZW4="), then));
  EXPECT_TRUE(is_same(request("Authorization", "Basic x"), then));
  EXPECT_FALSE(is_same(request("X-Other", "Basic YWxpY2U6dG9rZW4="), then)) << "its name must be there";
  EXPECT_FALSE(is_same(request("Authorization", "x", "body"), then)) << "and the rest as it was";
  EXPECT_FALSE(is_same(request("Authorization", "x", "", 1), then));
}

TEST(RequestMatch, OtherHeadersAreAsTheyWere) {
  EXPECT_FALSE(is_same(request("X-Source", "here"), request("X-Source", "there")));
  EXPECT_FALSE(is_same(request("Authorization", "Bearer a"), request("Authorization", "Bearer b")));
  EXPECT_FALSE(is_same(request("X-Source", "abc"), request("X-Source", "token")));
  Placeholders hide;
  hide.know("token", "token.....");
  EXPECT_TRUE(is_same(request("X-Source", "abc"), request("X-Source", "token.....", ""), hide));
}

TEST(RequestMatch, TheZerosOfAShortSecretMatchAsManyDigits) {
  const auto message = [](const char* text) { return request("a", "b", text); };
  EXPECT_TRUE(is_same(message("[4711,12]"), message("[0000,12]")));
  EXPECT_FALSE(is_same(message("[4711,12]"), message("[4712,12]")));
  EXPECT_FALSE(is_same(message("[47111,2]"), message("[0000,12]")));
  EXPECT_FALSE(is_same(message("[471111]"), message("[000000]"))) << "a number of six digits is no short secret";
  EXPECT_FALSE(is_same(message("[10000]"), message("[14711]")));
  EXPECT_FALSE(is_same(message("no 4711"), message("no 0000")));
}

// It was made before as much was replaced as now.
TEST(RequestMatch, ARecordingMayHaveWhatIsReplacedNow) {
  Placeholders hide;
  hide.know("sessionid", "resp-sess-gggg7777");
  EXPECT_TRUE(is_same(request("a", "b", "sessionid........."), request("a", "b", "resp-sess-gggg7777"), hide));
}

TEST(RequestMatch, ADamagedRecordIsAnother) {
  const std::string then = request("Authorization", "Basic authorization...", "body");
  for (std::size_t size = 0; size < then.size(); ++size) EXPECT_FALSE(is_same(then, then.substr(0, size))) << size;
}

}  // namespace
}  // namespace bgw::testing
