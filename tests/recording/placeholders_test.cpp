#include "bgw/testing/placeholders.hpp"

#include <string>

#include <gtest/gtest.h>

namespace bgw::testing {
namespace {

TEST(PlaceholdersTest, AreAsLongAsTheSecretAndSayItsName) {
  EXPECT_EQ(Placeholders::of("access_token", "0123456789abcdefghij"), "access_token........");
  EXPECT_EQ(Placeholders::of("access_token", "abcd"), "acce");
  EXPECT_EQ(Placeholders::of("Proxy Auth", "abcdefghijkl"), "proxy_auth..");
  EXPECT_EQ(Placeholders::of("pin", "4711"), "0000");
}

TEST(PlaceholdersTest, ReplaceWhatTheyKnowWhereverItStands) {
  Placeholders hide;
  hide.know("key", "a/b+c d!");
  EXPECT_EQ(hide.sent("wss://x/?k=a%2Fb%2Bc%20d%21&j=a%2fb%2bc%20d%21&i=a/b+c d!"),
            "wss://x/?k=key.....&j=key.....&i=key.....");
}

TEST(PlaceholdersTest, HideEveryByteWhereSecretsOverlap) {
  Placeholders hide;
  hide.know("one", "abcdef");
  hide.know("two", "defghi");
  EXPECT_EQ(hide.sent("<abcdefghi>"), "<one......>");
}

TEST(PlaceholdersTest, LeaveMarketDataAlone) {
  Placeholders hide;
  hide.know("pin", "1234");
  hide.know("word", "NIFTY");
  EXPECT_EQ(hide.sent("volume 1234"), "volume 1234");
  EXPECT_EQ(hide.sent("NIFTY"), "word.");
  EXPECT_EQ(hide.received("NIFTY"), "NIFTY");
}

TEST(PlaceholdersTest, LearnFromNamesThatTell) {
  Placeholders hide;
  hide.learn_url("wss://x/?access_token=AAAAAAAAAA&v=3&code=BBBBBBBBBB");
  hide.learn_header("X-Api-Key", "CCCCCCCCCC");
  hide.learn_header("Authorization", "Bearer DDDDDDDDDD");
  hide.learn_json(R"({"token":"2885221100","feedToken" : "EEEEEEEEEE","url":"wss:\/\/y\/?token=FFFFFFFFFF\u0026v=1"})");
  EXPECT_EQ(hide.sent("AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC DDDDDDDDDD EEEEEEEEEE FFFFFFFFFF 2885221100"),
            "access_tok code...... x-api-key. authorizat feedtoken. token..... 2885221100");
}

TEST(PlaceholdersTest, LearnFromCookiesFormsAndFramesOfALogin) {
  Placeholders hide;
  hide.learn_header("Set-Cookie", "sid=AAAAAAAAAA; Path=/; Expires=Wednesday");
  hide.learn_header("Cookie", "a=BBBBBBBBBB; b=CCCCCCCCCC");
  hide.learn_body("user=somebody-known&password=DDDDDDDDDD");
  hide.learn_frame(1, R"({"accessToken":"EEEEEEEEEE"})");
  hide.begin_login();
  hide.learn_frame(2, R"({"accessToken":"FFFFFFFFFF"})");
  hide.learn_frame(1, R"({"accessToken":"GGGGGGGGGG"})");
  EXPECT_EQ(hide.sent("AAAAAAAAAA Wednesday BBBBBBBBBB CCCCCCCCCC somebody-known DDDDDDDDDD"),
            "set-cookie Wednesday cookie.... cookie.... somebody-known password..");
  EXPECT_EQ(hide.sent("EEEEEEEEEE FFFFFFFFFF GGGGGGGGGG"), "EEEEEEEEEE FFFFFFFFFF accesstoke");
}

// Else a replay, which is given placeholders, would make other ones of them.
TEST(PlaceholdersTest, OfAPlaceholderAreItself) {
  Placeholders first, second;
  const std::string url = "wss://x/?access_token=AAAAAAAAAAAAAAAAAA";
  first.learn_url(url);
  const std::string once = first.sent(url);
  second.learn_url(once);
  EXPECT_EQ(second.sent(once), once);
}

}  // namespace
}  // namespace bgw::testing
