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

}  // namespace
}  // namespace bgw
