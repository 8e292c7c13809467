#include "bgw/testing/placeholders.hpp"

#include <string>

#include <gtest/gtest.h>

#include "bgw/abi.h"

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
  EXPECT_EQ(hide.received(R"({"ltp":1234,"qty":"1234","token":"1234"})"),
            R"({"ltp":1234,"qty":"1234","token":"1234"})");
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
  hide.begin_login();
  hide.learn_received(1, BGW_OPCODE_BINARY, R"({"accessToken":"EEEEEEEEEE"})");
  hide.end_login();
  hide.learn_received(1, BGW_OPCODE_TEXT, R"({"accessToken":"FFFFFFFFFF"})");
  hide.data_came();
  hide.learn_received(1, BGW_OPCODE_TEXT, R"({"accessToken":"GGGGGGGGGG"})");
  hide.learn_received(2, BGW_OPCODE_TEXT, R"({"accessToken":"HHHHHHHHHH"})");
  hide.learn_sent(BGW_OPCODE_TEXT, R"({"accessToken":"IIIIIIIIII"})");
  EXPECT_EQ(hide.sent("AAAAAAAAAA Wednesday BBBBBBBBBB CCCCCCCCCC somebody-known DDDDDDDDDD"),
            "set-cookie Wednesday cookie.... cookie.... somebody-known password..");
  EXPECT_EQ(hide.sent("EEEEEEEEEE FFFFFFFFFF GGGGGGGGGG HHHHHHHHHH IIIIIIIIII"),
            "EEEEEEEEEE accesstoke GGGGGGGGGG accesstoke accesstoke");
  hide.closed(1);  // a connection that is new may have this number
  hide.learn_received(1, BGW_OPCODE_TEXT, R"({"accessToken":"GGGGGGGGGG"})");
  EXPECT_EQ(hide.sent("GGGGGGGGGG"), "accesstoke");
}

TEST(PlaceholdersTest, ReplaceAShortSecretWhereItIsAWholeValue) {
  Placeholders hide;
  hide.know("pin", "1234");
  for (const char* whole : {"1234", R"({"a":1234})", R"({"a": "1234" , "b":1})", R"(["x", 1234])", "a=1234&b=2",
                            "b=2&a=1234", "/login/1234/x", R"("{"a":"1234"}")", "<pin>1234</pin>"}) {
    EXPECT_EQ(hide.sent(whole).find("1234"), std::string::npos) << whole;
    EXPECT_EQ(hide.sent(whole).size(), std::string(whole).size()) << whole;
  }
  for (const char* part :
       {"12345", "a 1234", "a: 1234,", R"({"a":12345})", R"({"a":1.1234})", R"({"a":"x1234"})", "a=12345&b", "/1234x/"})
    EXPECT_EQ(hide.sent(part), part);
  EXPECT_EQ(hide.received(R"({"pin":"1234","a":"1234"})"), R"({"pin":"0000","a":"1234"})");
  EXPECT_EQ(hide.sent_header("Bearer 1234"), "Bearer 0000");
  hide.know("blank", "   ");
  EXPECT_EQ(hide.sent("     "), "     ");
}

TEST(PlaceholdersTest, ReplaceASecretInBase64) {
  Placeholders hide;
  hide.know("key", "secret?>key");  // c2VjcmV0Pz5rZXk=, and with "alice:" before it YWxpY2U6c2VjcmV0Pz5rZXk=
  EXPECT_EQ(hide.sent(R"({"k":"c2VjcmV0Pz5rZXk="})"), R"({"k":"a2V5Li4uLi4uLi4="})");
  EXPECT_EQ(hide.received(R"({"k":"c2VjcmV0Pz5rZXk"})"), R"({"k":"a2V5Li4uLi4uLi4"})");
  EXPECT_EQ(hide.sent("/x/YWxpY2U6c2VjcmV0Pz5rZXk=/y"), "/x/YWxpY2U6a2V5Li4uLi4uLi4=/y");
  EXPECT_EQ(hide.sent("/x/YWxpY2U6bm90aGluZw==/y"), "/x/YWxpY2U6bm90aGluZw==/y");
  EXPECT_EQ(hide.sent(std::string(1 << 20, '/')), std::string(1 << 20, '/'));
}

TEST(PlaceholdersTest, LearnWhatLooksDrawnWhereANameTellsLittle) {
  Placeholders hide;
  hide.learn_answer(
      R"({"token":"NSE_EQ|INE002A01018","symboltoken":"AAAA-0123456789","session":"REGULAR_TRADING",)"
      R"("session_date":"2026-12-01T09:15","sessions":"1764547200000","authUrl":"wss://x.example/a1",)"
      R"("sessKey":"BBBB-0123456789","authId" : "CCCC-0123456789","inner":"{\"sid\":\"DDDD\/0123456789\"}"})");
  const std::string kept =
      "NSE_EQ|INE002A01018 AAAA-0123456789 REGULAR_TRADING 2026-12-01T09:15 1764547200000 wss://x.example/a1";
  EXPECT_EQ(hide.sent(kept), kept);
  EXPECT_EQ(hide.sent("BBBB-0123456789 CCCC-0123456789 DDDD/0123456789"),
            "sesskey........ authid......... sid............");
  hide.end_login();
  hide.learn_answer(R"({"sessKey":"EEEE-0123456789","accessToken":"FFFF-0123456789"})");
  EXPECT_EQ(hide.sent("EEEE-0123456789 FFFF-0123456789"), "EEEE-0123456789 accesstoken....");
}

TEST(PlaceholdersTest, LearnNothingFromAList) {
  Placeholders hide;
  std::string list = "[";
  for (int i = 100; i < 200; ++i) list += R"({"token":"AAAA-0123456)" + std::to_string(i) + "\"},";
  hide.learn_answer(list);
  EXPECT_EQ(hide.sent("AAAA-0123456100 AAAA-0123456199"), "AAAA-0123456100 AAAA-0123456199");
}

// A broker may hand out a token with every answer for days.
TEST(PlaceholdersTest, ForgetTheOldestOfWhatTheyLearned) {
  Placeholders hide;
  hide.know("setting", "AAAAAAAAAA");
  for (int i = 10'000; i < 12'000; ++i) hide.learn_header("X-Token", "session-" + std::to_string(i));
  EXPECT_EQ(hide.sent("AAAAAAAAAA session-10000 session-11999"), "setting... session-10000 x-token......");
}

TEST(PlaceholdersTest, ACodeIsOneOfAFewDigits) {
  Placeholders hide;
  hide.learn_body(R"({"otp":"111213","userPin": 1415,"ping":"1617","pin":"wanted"})");
  EXPECT_EQ(hide.sent(R"(["111213",1415,"1617","wanted"])"), R"(["000000",0000,"1617","wanted"])");
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
