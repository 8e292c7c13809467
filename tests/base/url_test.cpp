#include "core/base/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gw {
namespace {

using testing::HasSubstr;
using testing::Not;

class Allowed : public testing::TestWithParam<const char*> {};

TEST_P(Allowed, Url) {
  const auto checked = check_url(GetParam(), "ws");
  EXPECT_TRUE(checked) << checked.error().message;
}

INSTANTIATE_TEST_SUITE_P(TlsAnywherePlainHere, Allowed,
                         testing::Values("wss://ws.kite.trade", "wss://ws.kite.trade/?api_key=k&access_token=t",
                                         "wss://smartapisocket.angelone.in:443/smart-stream", "wss://10.0.0.7:9443/x",
                                         "wss://[2001:db8::1]:443/", "ws://127.0.0.1:9001/", "ws://127.9.9.9:1",
                                         "ws://localhost:9001/feed", "ws://LOCALHOST", "ws://[::1]:9001/",
                                         "ws://[::1]"));

class Refused : public testing::TestWithParam<const char*> {};

TEST_P(Refused, Url) { EXPECT_FALSE(check_url(GetParam(), "ws")); }

INSTANTIATE_TEST_SUITE_P(PlainToAnotherMachine, Refused,
                         testing::Values("ws://ws.kite.trade/", "ws://10.0.0.7:9001", "ws://0.0.0.0:9001",
                                         "ws://127.example.org/", "ws://127.0.0.1.example.org/",
                                         "ws://localhost.example.org/", "ws://[2001:db8::1]:80/", "ws://128.0.0.1/"));

INSTANTIATE_TEST_SUITE_P(Malformed, Refused,
                         testing::Values("", "wss://a:0", "wss://a:65536", "wss://a:1x", "wss://a:+1", "ws.kite.trade",
                                         "http://localhost/", "https://ws.kite.trade/", "wss:/x", "wss://",
                                         "wss:///path", "wss://?x", "wss://user:password@ws.kite.trade/",
                                         "ws://localhost@evil.example/", "wss://host:", "wss://host:port/",
                                         "wss://host:123456/", "wss://host:-1/"));

// They would end the request's first line where they stand.
TEST(Url, BlanksAndControlCharactersAreRefusedUnshown) {
  for (const std::string bad : {" ", "\r\n", "\t", "\x7f", "\x01"}) {
    const auto checked = check_url("wss://ws.kite.trade/feed" + bad + "X: 1", "ws");
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().message, "url: found a blank or a control character, expected none");
  }
}

TEST(Url, FourThousandAndNinetySixBytesAreTheMost) {
  const std::string longest = "wss://h/" + std::string(4088, 'x');
  EXPECT_TRUE(check_url(longest, "ws"));
  EXPECT_EQ(check_url(longest + "x", "ws").error().message, "url: found 4097 bytes, expected at most 4096");
}

TEST(Url, AnErrorNeverShowsTheQueryWhichMayHoldSecrets) {
  for (const char* url : {"ws://ws.kite.trade/?access_token=s3cret", "ftp://x/?token=s3cret",
                          "wss://host:x?token=s3cret", "wss://?s3cret"}) {
    const auto checked = check_url(url, "ws");
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST(Url, AnErrorNeverShowsAPasswordEither) {
  for (const char* url : {"wss://user:s3cret@ws.kite.trade/", "https://user:s3cret@ws.kite.trade", "user:s3cret@host",
                          "ws://a@s3cret@host/@"}) {
    const auto checked = check_url(url, "ws");
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST(Url, WithoutSecretsTheRestStays) {
  EXPECT_EQ(without_secrets("wss://h/p?a=b?c"), "wss://h/p");
  EXPECT_EQ(without_secrets("wss://h:443/p@q"), "wss://h:443/p@q");
  EXPECT_EQ(without_secrets("wss://u:p@h:443/p"), "wss://***@h:443/p");
}

TEST(Url, APlainOneSaysWhatToDo) {
  EXPECT_EQ(check_url("ws://feed.example/x?k=1", "ws").error().message,
            "url: found ws://feed.example/x, expected wss://: without TLS credentials would travel "
            "in clear; ws:// goes to this machine only");
}

TEST(Url, TheSchemeIsTheCallers) {
  EXPECT_TRUE(check_url("https://api.example/list", "http"));
  EXPECT_TRUE(check_url("http://127.0.0.1:8000/list", "http"));
  EXPECT_FALSE(check_url("ws://127.0.0.1/", "http"));
  EXPECT_EQ(check_url("http://api.example/list?token=s3cret", "http").error().message,
            "url: found http://api.example/list, expected https://: without TLS credentials would travel in clear; "
            "http:// goes to this machine only");
}

TEST(Url, TheAuthorityIsHostAndPort) {
  EXPECT_EQ(authority_of("https://api.example:444/list?x=http://other/"), "api.example:444");
  EXPECT_EQ(authority_of("https://api.example?x"), "api.example");
  EXPECT_EQ(authority_of("http://[::1]:80"), "[::1]:80");
}

}  // namespace
}  // namespace gw
