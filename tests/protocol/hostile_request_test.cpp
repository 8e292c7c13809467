#include <random>

#include <gtest/gtest.h>

#include "core/base/text.hpp"
#include "core/protocol/request.hpp"

namespace gw::protocol {
namespace {

std::string code(const std::string& frame) {
  const Request r = parse_request(frame, {});
  return r.error ? std::string(r.error->code) : "ok";
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(HostileRequest, NestingBeyondAnyNeedIsNoJson) {
  EXPECT_EQ(code(repeated("[", 500'000)), "INVALID_JSON");
  EXPECT_EQ(code(repeated("{\"a\":", 200'000)), "INVALID_JSON");
  EXPECT_EQ(code("{\"action\":\"list\",\"x\":" + repeated("[", 32) + repeated("]", 32) + '}'), "INVALID_JSON");
}

TEST(HostileRequest, ModestNestingIsTaken) {
  EXPECT_EQ(code("{\"action\":\"list\",\"x\":" + repeated("[", 31) + repeated("]", 31) + '}'), "ok");
}

TEST(HostileRequest, BracketsInsideStringsDoNotNest) {
  EXPECT_EQ(code(R"({"action":"list","x":")" + repeated("[{", 100) + R"("})"), "ok");
  EXPECT_EQ(code(R"({"action":"list","x":"\"[[\\"})"), "ok");
}

TEST(HostileRequest, InvalidUtf8IsNoJson) {
  for (const char* bytes : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"})
    EXPECT_EQ(code(std::string(R"({"action":")") + bytes + "\"}"), "INVALID_JSON");
}

TEST(HostileRequest, ControlCharactersAndNulBytesAreNoJson) {
  EXPECT_EQ(code(std::string("{\"action\":\"li\0st\"}", 18)), "INVALID_JSON");
  EXPECT_EQ(code("{\"action\":\"li\nst\"}"), "INVALID_JSON");
}

TEST(HostileRequest, ANulBehindTheJsonIsNoJson) {
  const std::string good = R"({"action":"list"})";
  EXPECT_EQ(code(good), "ok");
  EXPECT_EQ(code(good + std::string(1, '\0')), "INVALID_JSON");
  EXPECT_EQ(code(good + std::string("\0garbage", 8)), "INVALID_JSON");
  EXPECT_EQ(code(std::string(1, '\0') + good), "INVALID_JSON");
}

TEST(HostileRequest, AMemberThatNobodyReadsSpoilsNothing) {
  for (const char* value :
       {"1e400", "-1e400", "1E+999", "0.5e99999", R"("\ud800")", R"("\udc00 \uD83D")", R"("\ud800\ud800\udc00")",
        R"("\\\udbff")", R"([{"a":[1e400,"\ud800"]}])", R"({"\udfff":1})", "1e-400"}) {
    EXPECT_EQ(code(std::string(R"({"x":)") + value + R"(,"action":"list"})"), "ok") << value;
    EXPECT_EQ(code(std::string(R"({"action":"list","x":)") + value + "}"), "ok") << value;
  }
  EXPECT_EQ(code(R"({"action":"list","x":)" + std::string(400, '9') + "}"), "ok");
}

TEST(HostileRequest, WhatLooksLikeAHugeNumberMustStillBeOne) {
  for (const char* value : {"01e400", "1e400x", "1e", "+1e400", "1.e400", ".1e400", "1e400 1", "-e400", R"("\ud8")",
                            R"("\ud80)", "1e400e400", "nul1e400", R"("\x")", "-", "- 1e400"})
    EXPECT_EQ(code(std::string(R"({"action":"list","x":)") + value + "}"), "INVALID_JSON") << value;
  EXPECT_EQ(code(R"({1e400:1,"action":"list"})"), "INVALID_JSON");
}

TEST(HostileRequest, AMemberThatIsReadIsWrongAndNotTheWholeFrame) {
  EXPECT_EQ(code(R"({"action":"subscribe","symbol":"A","exchange":"N","mode":1e400})"), "INVALID_MODE");
  EXPECT_EQ(code(R"({"action":"subscribe","symbol":"A","exchange":"N","min_interval_ms":1e400})"),
            "INVALID_PARAMETERS");
  const Request r = parse_request(R"({"action":"subscribe","symbol":"\ud800","exchange":"N"})", {});
  EXPECT_FALSE(r.error);
  EXPECT_EQ(json_text(r.entries.at(0).symbol), r.entries.at(0).symbol_json) << "it can be echoed";
}

TEST(HostileRequest, EchoedTextIsCutAt64Bytes) {
  const std::string longest(64, 'x');
  const auto message = [](const std::string& action) {
    return parse_request(R"({"action":")" + action + "\"}", {}).error->message;
  };
  EXPECT_EQ(message(longest), "Invalid action: " + longest);
  EXPECT_EQ(message(longest + "y"), "Invalid action: " + longest);
}

TEST(HostileRequest, ACutNeverSplitsACharacter) {
  const std::string euro = "\xe2\x82\xac";
  const std::string kept(62, 'x');
  const Request r = parse_request(R"({"action":")" + kept + euro + "\"}", {});
  EXPECT_EQ(r.error->message, "Invalid action: " + kept);
  EXPECT_EQ(cut(repeated(euro, 22)), repeated(euro, 21));
  EXPECT_EQ(cut(std::string(61, 'x') + euro + 'y'), std::string(61, 'x') + euro);
  EXPECT_EQ(cut("\x80\x80\x80", 2), "");
}

TEST(HostileRequest, LongValuesAreCutInBatchAnswersToo) {
  const Request r =
      parse_request(R"({"action":"subscribe","symbols":[{"symbol":")" + std::string(5000, 's') + R"(","exchange":[)" +
                        repeated("1,", 5000) + R"(1],"mode":")" + std::string(5000, 'm') + R"("}]})",
                    {});
  const Entry& e = r.entries.at(0);
  EXPECT_EQ(e.symbol_json, '"' + std::string(64, 's') + '"');
  EXPECT_EQ(e.mode_json, '"' + std::string(64, 'm') + '"');
  EXPECT_LE(e.exchange_json.size(), 66U);
}

TEST(HostileRequest, OfAKeyGivenTwiceTheLastCounts) {
  const Request r =
      parse_request(R"({"action":"fly","action":"subscribe","symbol":"A","symbol":"B","exchange":"N"})", {});
  ASSERT_FALSE(r.error);
  EXPECT_EQ(r.entries.at(0).symbol, "B");
}

// Whatever the bytes are: no exception, and either an error or an action.
TEST(HostileRequest, DamagedFramesAreAnsweredNotThrown) {
  const std::string good = R"({"action":"subscribe","id":1,"symbols":[{"symbol":"RELIANCE",)"
                           R"("exchange":"NSE","mode":4,"depth_level":20}]})";
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string frame = good;
    for (int k = 0; k < 3; ++k) frame[random() % frame.size()] = static_cast<char>(random() % 256);
    const Request r = parse_request(frame, {});
    ASSERT_EQ(r.action == Action::invalid && !r.error, false) << frame;
  }
  for (std::size_t n = 0; n < good.size(); ++n) ASSERT_EQ(code(good.substr(0, n)), "INVALID_JSON") << n;
}

}  // namespace
}  // namespace gw::protocol
