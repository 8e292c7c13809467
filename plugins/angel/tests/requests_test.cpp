#include "angel_requests.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace angel {
namespace {

TEST(AngelRequests, HaveTheFormOfTheDocument) {
  const std::vector<Instrument> instruments{{1, 10626}, {5, 234230}, {1, 5290}};
  EXPECT_EQ(request("abcde12345", Action::kSubscribe, Mode::kSnapQuote, instruments),
            R"({"correlationID":"abcde12345","action":1,"params":{"mode":3,"tokenList":[)"
            R"({"exchangeType":1,"tokens":["10626","5290"]},{"exchangeType":5,"tokens":["234230"]}]}})");
  const auto parsed =
      nlohmann::json::parse(request("x", Action::kUnsubscribe, Mode::kDepth20, {instruments.data(), 1}));
  EXPECT_EQ(parsed["action"], 0);
  EXPECT_EQ(parsed["params"]["mode"], 4);
}

TEST(AngelRequests, EachHasItsOwnIdOfTenLettersAndDigits) {
  EXPECT_EQ(correlation_id(1), "0000000001");
  EXPECT_EQ(correlation_id(37), "0000000011");
  EXPECT_EQ(correlation_id(~std::uint64_t{0}).size(), 10U);
}

TEST(AngelReplies, AnErrorSaysWhichRequestAndWhy) {
  const auto error =
      read_error(R"({"correlationID":"abcde12345","errorCode":"E1002","errorMessage":"Subscription Limit Exceeded"})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->correlation, "abcde12345");
  EXPECT_EQ(error->code, "E1002");
  EXPECT_EQ(error->message, "Subscription Limit Exceeded");
}

TEST(AngelReplies, ValuesOfOtherTypesAreAsIfTheyWereNotThere) {
  const auto error = read_error(R"({"correlationID":5,"errorCode":1002})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->correlation + error->code + error->message, "");
}

TEST(AngelReplies, OtherTextsAreNone) {
  for (const char* text : {"pong", "", "{", "[]", "null", R"({"status":"ok"})", "\xff\xfe"})
    EXPECT_FALSE(read_error(text)) << text;
}

}  // namespace
}  // namespace angel
