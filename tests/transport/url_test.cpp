#include "core/transport/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gw::transport {
namespace {

using testing::HasSubstr;
using testing::Not;

class Allowed : public testing::TestWithParam<const char*> {};

TEST_P(Allowed, Url) {
  const auto checked = check_url(GetParam());
  EXPECT_TRUE(checked) << checked.error().message;
}

INSTANTIATE_TEST_SUITE_P(TlsAnywherePlainHere, Allowed,
                         testing::Values("wss://ws.kite.trade", "wss://ws.kite.trade/?api_key=k&access_token=t",
                                         "wss://smartapisocket.angelone.in:443/smart-stream", "wss://10.0.0.7:9443/x",
                                         "wss://[2001:db8::1]:443/", "ws://127.0.0.1:9001/", "ws://127.9.9.9:1",
                                         "ws://localhost:9001/feed", "ws://LOCALHOST", "ws://[::1]:9001/",
                                         "ws://[::1]"));

class Refused : public testing::TestWithParam<const char*> {};

TEST_P(Refused, Url) { EXPECT_FALSE(check_url(GetParam())); }

INSTANTIATE_TEST_SUITE_P(PlainToAnotherMachine, Refused,
                         testing::Values("ws://ws.kite.trade/", "ws://10.0.0.7:9001", "ws://0.0.0.0:9001",
                                         "ws://127.example.org/", "ws://127.0.0.1.example.org/",
                                         "ws://localhost.example.org/", "ws://[2001:db8::1]:80/", "ws://128.0.0.1/"));

INSTANTIATE_TEST_SUITE_P(Malformed, Refused,
                         testing::Values("", "ws.kite.trade", "http://localhost/", "https://ws.kite.trade/", "wss:/x",
                                         "wss://", "wss:///path", "wss://?x", "wss://user:password@ws.kite.trade/",
                                         "ws://localhost@evil.example/", "wss://host:", "wss://host:port/",
                                         "wss://host:123456/", "wss://host:-1/"));

TEST(Url, AnErrorNeverShowsTheQueryWhichMayHoldSecrets) {
  for (const char* url : {"ws://ws.kite.trade/?access_token=s3cret", "ftp://x/?token=s3cret",
                          "wss://host:x?token=s3cret", "wss://?s3cret"}) {
    const auto checked = check_url(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST(Url, AnErrorNeverShowsAPasswordEither) {
  for (const char* url : {"wss://user:s3cret@ws.kite.trade/", "https://user:s3cret@ws.kite.trade", "user:s3cret@host",
                          "ws://a@s3cret@host/@"}) {
    const auto checked = check_url(url);
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
  EXPECT_EQ(check_url("ws://feed.example/x?k=1").error().message,
            "url: found ws://feed.example/x, expected wss://: without TLS credentials would travel "
            "in clear; ws:// goes to this machine only");
}

}  // namespace
}  // namespace gw::transport
