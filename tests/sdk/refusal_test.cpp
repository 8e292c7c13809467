// What is made of the answer to an upgrade that was refused.
#include "bgw/refusal.hpp"

#include <gtest/gtest.h>

namespace bgw {
namespace {

std::string told(std::int32_t status, std::string_view body, const std::vector<bgw_header>& headers = {}) {
  return unproved_refusal({1006, status, "", headers, body}).what();
}
std::string redirected(const char* location) {
  const std::vector<bgw_header> headers = {{"location", location}};
  return told(302, "moved", headers);
}

TEST(Words, AreThoseOfTheTitleOrThePageWithoutItsMarkup) {
  EXPECT_EQ(words_of("<html><TITLE>Access &amp; Denied</title><p>x"), "Access & Denied");
  EXPECT_EQ(words_of("<title> </title><body>Go away"), "Go away");
  EXPECT_EQ(words_of("<style>b{c:d}</style><SCRIPT src=x>var a=1<2;</SCRIPT ><!-- a > b --><h1>Blocked</h1>by us"),
            "Blocked by us");
  EXPECT_EQ(words_of("<script>for ever"), "");
  EXPECT_EQ(words_of("a &lt;b&gt; &quot;c&#39; &amp;amp; &nbsp; &unknown; d"), "a <b> \"c' &amp; &unknown; d");
  EXPECT_EQ(words_of("1 < 2 and 3 > 2"), "1 < 2 and 3 > 2");
  EXPECT_EQ(words_of(std::string(79, 'x') + "\xc3\xa9"), std::string(79, 'x')) << "no half character";
  EXPECT_EQ(words_of("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(words_of(std::string("\x1f\x8b\x08\0\1", 5)), "");
  for (const char* cut : {"<", "<!--", "<title", "<title>", "<style", "&", "&amp", "</"}) words_of(cut);
}

TEST(Refusals, AreNoneWhereTheServerRefusedNothing) {
  const Error ended = unproved_refusal(Close{1001, 0, "maintenance", {}, ""});
  EXPECT_EQ(ended.code, BGW_E_TRANSIENT);
  EXPECT_STREQ(ended.what(), "maintenance");
  EXPECT_STREQ(unproved_refusal(Close{1006, 0, "Connection refused", {}, ""}).what(), "Connection refused");
}

TEST(Refusals, SayWhatTheAnswerSays) {
  EXPECT_EQ(told(403, ""), "refused: token, plan or firewall (HTTP 403, no reason given)");
  EXPECT_EQ(told(403, "<title>No</title>"), "refused: token, plan or firewall (HTTP 403 says: No)");
  const std::vector<bgw_header> packed = {{"Content-Encoding", "gzip"}};
  EXPECT_EQ(told(403, "\x1f\x8b", packed), "refused: token, plan or firewall (HTTP 403, an answer in gzip)");
  EXPECT_EQ(told(403, "", packed), "refused: token, plan or firewall (HTTP 403, no reason given)");
  const std::vector<bgw_header> plain = {{"Content-Encoding", "identity"}};
  EXPECT_EQ(told(403, "no", plain), "refused: token, plan or firewall (HTTP 403 says: no)");
  EXPECT_EQ(told(403, "\x1f\x8b\x08"), "refused: token, plan or firewall (HTTP 403, an answer that is no text)");
}

TEST(Redirects, NameTheirHostOrTheirPath) {
  constexpr const char* kHost = " (HTTP 302), which is not followed: credentials go to no other host";
  constexpr const char* kPath = " on the same host (HTTP 302), which is not followed";
  for (const char* location : {"https://b.example:8443/login?k=z", "//b.example:8443/x", "wss://b.example:8443",
                               "https://user:p@w@b.example:8443/", "https://b.example:8443?x=//c.example"})
    EXPECT_EQ(redirected(location), std::string("redirected to b.example:8443") + kHost) << location;
  EXPECT_EQ(redirected("/login?x=1"), std::string("redirected to /login?...") + kPath);
  EXPECT_EQ(redirected("/go?to=https://evil.example/a"), std::string("redirected to /go?...") + kPath);
  EXPECT_EQ(redirected("/go/https://evil.example/a"), std::string("redirected to /go/https://evil.example/a") + kPath);
  EXPECT_EQ(redirected("login"), std::string("redirected to login") + kPath);
  EXPECT_EQ(redirected("?x=1"), std::string("redirected to ?...") + kPath);
  for (const char* location : {"", "//", "https://", "///"}) redirected(location);
  EXPECT_EQ(told(302, "moved"), "refused: token, plan or firewall (HTTP 302 says: moved)");
}

TEST(RetryAfter, IsANumberOrADate) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kNow = 784'111'777 * kSecond;  // 1994-11-06 08:49:37
  const auto wait = [&](const char* value, const char* date = nullptr) {
    std::vector<bgw_header> headers = {{"Retry-After", value}};
    if (date != nullptr) headers.push_back({"date", date});
    return retry_after_ns({1006, 503, "", headers}, 2 * kSecond, kNow) / kSecond;
  };
  EXPECT_EQ(wait("120"), 120);
  EXPECT_EQ(wait("90.5"), 90);
  EXPECT_EQ(wait("99999999999999999999"), 3600);
  for (const char* none : {"", "soon", "-5", "0", "Sun, 06 Nov 1994 08:49:37 GMT", "Sat, 05 Nov 1994 08:49:37 GMT"})
    EXPECT_EQ(wait(none), 2) << none;
  EXPECT_EQ(wait("Sun, 06 Nov 1994 08:51:07 GMT"), 90);
  EXPECT_EQ(wait("Sunday, 06-Nov-94 08:51:07 GMT"), 90);
  EXPECT_EQ(wait("Sun Nov  6 08:51:07 1994"), 90);
  EXPECT_EQ(wait("Sun, 06 Nov 1994 23:51:07 GMT"), 3600);
  EXPECT_EQ(wait("Sun, 06 Nov 1994 09:00:00 GMT", "Sun, 06 Nov 1994 08:59:00 GMT"), 60) << "their clock is wrong";
}

TEST(HttpDate, IsNothingElse) {
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(parse_http_date("Friday, 27-Nov-26 03:01:02 GMT"), 1'795'748'462);
  for (const char* bad :
       {"", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 IST", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, -6 Nov 1994 08:49:37 GMT x", "Sun, 06 Nov 19945 08:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(bad)) << bad;
}

TEST(ServerErrors, WaitAsLongAsTheySay) {
  const std::vector<bgw_header> later = {{"Retry-After", "20"}};
  const Error waits = server_error({1006, 500, "", later, "<title>Oops</title>"}, "Acme", 0);
  EXPECT_EQ(waits.code, BGW_E_RATE);
  EXPECT_EQ(waits.retry_after_ns, 20'000'000'000);
  EXPECT_STREQ(waits.what(), "Acme is not available (HTTP 500 says: Oops)");
  const Error other = server_error({1006, 502, "", {}, ""}, "Acme", 0);
  EXPECT_EQ(other.code, BGW_E_TRANSIENT);
  EXPECT_STREQ(other.what(), "Acme is not available (HTTP 502)");
}

}  // namespace
}  // namespace bgw
