#include "zerodha_requests.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "zerodha_text.hpp"

namespace zerodha {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Requests, TokensAreNumbers) {
  const std::vector<std::uint32_t> tokens = {408'065, 884'737};
  EXPECT_THAT(subscribe_messages(tokens), ElementsAre(R"({"a":"subscribe","v":[408065,884737]})"));
  EXPECT_THAT(unsubscribe_messages(tokens), ElementsAre(R"({"a":"unsubscribe","v":[408065,884737]})"));
  EXPECT_THAT(mode_messages("full", tokens), ElementsAre(R"({"a":"mode","v":["full",[408065,884737]]})"));
}

TEST(Requests, NoTokensNeedNoMessage) {
  EXPECT_THAT(subscribe_messages({}), IsEmpty());
  EXPECT_THAT(mode_messages("ltp", {}), IsEmpty());
}

TEST(Requests, AreCutIntoBatches) {
  std::vector<std::uint32_t> tokens(1201);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<std::uint32_t>(i + 1);
  std::vector<std::size_t> sizes;
  std::uint32_t last = 0;
  for (const std::string& text : mode_messages("quote", tokens)) {
    const nlohmann::json message = nlohmann::json::parse(text);
    sizes.push_back(message["v"][1].size());
    last = message["v"][1].back();
  }
  EXPECT_THAT(sizes, ElementsAre(500, 500, 201));
  EXPECT_EQ(last, 1201U);
}

TEST(LoginUrl, PutsTheLoginIntoTheQueryWhateverTheUrlLooksLike) {
  EXPECT_EQ(login_url("wss://ws.kite.trade", "k", "t"), "wss://ws.kite.trade/?api_key=k&access_token=t");
  EXPECT_EQ(login_url("ws://127.0.0.1:9001/feed", "k", "t"), "ws://127.0.0.1:9001/feed?api_key=k&access_token=t");
  EXPECT_EQ(login_url("ws://[::1]:9/?uid=7", "k", "t"), "ws://[::1]:9/?uid=7&api_key=k&access_token=t");
  EXPECT_EQ(login_url("ws://127.0.0.1:9001?uid=7", "k", "t"), "ws://127.0.0.1:9001?uid=7&api_key=k&access_token=t");
}

TEST(LoginUrl, EscapesWhatWouldEndAValue) {
  EXPECT_EQ(login_url("wss://h/", "a&b=c", "x y/+%\n"), "wss://h/?api_key=a%26b%3Dc&access_token=x%20y%2F%2B%25%0A");
}

TEST(TextFrames, ErrorsAndBroadcastsSayWhatKiteSays) {
  const TextFrame error = read_text_frame(R"({"type":"error","data":"too many instruments"})");
  EXPECT_EQ(error.kind, TextFrame::Kind::kError);
  EXPECT_EQ(error.text, "too many instruments");
  EXPECT_EQ(read_text_frame(R"({"type":"message","data":"hello"})").kind, TextFrame::Kind::kMessage);
}

TEST(TextFrames, EverythingElseIsPassedOverAndItsContentNotRepeated) {
  for (const char* text :
       {R"({"type":"order","data":{"order_id":"secret"}})", R"({"type":"instruments_meta","data":{"count":114823}})",
        R"({"type":"app_code","timestamp":"2025-08-04T13:50:28+05:30"})", R"({"type":"error"})",
        R"({"type":7,"data":""})", "[]", "{", "", "\xff\xfe", "null", R"({"data":"x"})"}) {
    const TextFrame frame = read_text_frame(text);
    EXPECT_EQ(frame.kind, TextFrame::Kind::kOther) << text;
    EXPECT_EQ(frame.text.find("secret"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace zerodha
