#include "core/protocol/request.hpp"

#include <gtest/gtest.h>

namespace gw::protocol {
namespace {

Request parsed(std::string_view frame) { return parse_request(frame, {}); }

// "CODE: message", or "ok".
std::string verdict(std::string_view frame) {
  const Request r = parsed(frame);
  return r.error ? std::string(r.error->code) + ": " + r.error->message : "ok";
}

constexpr char kBadJson[] = "INVALID_JSON: Invalid JSON message";
constexpr char kBadNames[] = "INVALID_PARAMETERS: Symbol and exchange are required";
constexpr char kBadMode[] = "INVALID_MODE: Mode must be 1 (LTP), 2 (QUOTE), or 4 (DEPTH)";
constexpr char kBadDepth[] = "INVALID_DEPTH_LEVEL: Depth level must be 5, 20, 30, or 50";

struct Case {
  const char* frame;
  std::string verdict;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.frame; }

class Verdicts : public testing::TestWithParam<Case> {};

TEST_P(Verdicts, AreThoseOfTheProtocol) { EXPECT_EQ(verdict(GetParam().frame), GetParam().verdict); }

INSTANTIATE_TEST_SUITE_P(Json, Verdicts,
                         testing::Values(Case{"", kBadJson}, Case{"{", kBadJson}, Case{"hello", kBadJson},
                                         Case{"[]", kBadJson}, Case{"7", kBadJson}, Case{"null", kBadJson},
                                         Case{"\"subscribe\"", kBadJson}, Case{"{'action':'list'}", kBadJson},
                                         Case{R"({"action":"list",})", kBadJson},
                                         Case{R"({"action":"list"} x)", kBadJson},
                                         Case{R"({"action":"list"}{})", kBadJson},
                                         Case{R"( {"action" : "list"} )", "ok"}));

INSTANTIATE_TEST_SUITE_P(
    Actions, Verdicts,
    testing::Values(Case{"{}", "INVALID_ACTION: Invalid action: None"},
                    Case{R"({"action":null})", "INVALID_ACTION: Invalid action: None"},
                    Case{R"({"action":""})", "INVALID_ACTION: Invalid action: "},
                    Case{R"({"action":"fly"})", "INVALID_ACTION: Invalid action: fly"},
                    Case{R"({"action":"Subscribe"})", "INVALID_ACTION: Invalid action: Subscribe"},
                    Case{R"({"action":5})", "INVALID_ACTION: Invalid action: 5"},
                    Case{R"({"action":true})", "INVALID_ACTION: Invalid action: True"},
                    Case{R"({"action":"fly","symbol":1,"mode":9})", "INVALID_ACTION: Invalid action: fly"},
                    Case{R"({"action":"unsubscribe_all"})", "ok"}, Case{R"({"action":"ping"})", "ok"},
                    Case{R"({"action":"get_broker_info"})", "ok"}));

INSTANTIATE_TEST_SUITE_P(Names, Verdicts,
                         testing::Values(Case{R"({"action":"subscribe"})", kBadNames},
                                         Case{R"({"action":"subscribe","symbol":"A"})", kBadNames},
                                         Case{R"({"action":"subscribe","exchange":"NSE"})", kBadNames},
                                         Case{R"({"action":"subscribe","symbol":"","exchange":"NSE"})", kBadNames},
                                         Case{R"({"action":"subscribe","symbol":"A","exchange":""})", kBadNames},
                                         Case{R"({"action":"subscribe","symbol":7,"exchange":"NSE"})", kBadNames},
                                         Case{R"({"action":"subscribe","symbol":["A"],"exchange":"NSE"})", kBadNames},
                                         Case{R"({"action":"subscribe","symbol":null,"exchange":"NSE"})", kBadNames},
                                         Case{R"({"action":"subscribe","exchange":"NSE","mode":9})", kBadNames},
                                         Case{R"({"action":"unsubscribe"})", kBadNames},
                                         Case{R"({"action":"unsubscribe","symbol":"A","exchange":1})", kBadNames}));

INSTANTIATE_TEST_SUITE_P(
    Modes, Verdicts,
    testing::Values(Case{R"({"action":"subscribe","symbol":"A","exchange":"B"})", "ok"},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":1})", "ok"},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":2.0})", "ok"},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4e0})", "ok"},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":null})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":true})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":"2"})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":[2]})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":0})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":3})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":-1})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":2.5})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4294967297})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":1e300})", kBadMode},
                    Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":3,"depth_level":7})", kBadMode}));

INSTANTIATE_TEST_SUITE_P(
    Depths, Verdicts,
    testing::Values(
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4})", "ok"},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4,"depth_level":30})", "ok"},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4,"depth_level":20.0})", "ok"},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4,"depth_level":null})", kBadDepth},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4,"depth_level":0})", kBadDepth},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4,"depth_level":"20"})", kBadDepth},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4,"depth_level":true})", kBadDepth},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4,"depth_level":0})", kBadDepth},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":2,"depth_level":"x"})", "ok"},
        Case{R"({"action":"subscribe","symbol":"A","exchange":"B","mode":1,"depth_level":null})", "ok"}));

INSTANTIATE_TEST_SUITE_P(
    Unsubscribing, Verdicts,  // beyond the names only what is held decides
    testing::Values(Case{R"({"action":"unsubscribe","symbol":"A","exchange":"B"})", "ok"},
                    Case{R"({"action":"unsubscribe","symbol":"A","exchange":"B","mode":9})", "ok"},
                    Case{R"({"action":"unsubscribe","symbol":"A","exchange":"B","mode":null})", "ok"},
                    Case{R"({"action":"unsubscribe","symbol":"A","exchange":"B","mode":4,"depth_level":7})", "ok"}));

TEST(Subscribe, DefaultsToQuoteAndToFiveLevels) {
  const Entry quote = parsed(R"({"action":"subscribe","symbol":"A","exchange":"B"})").entries.at(0);
  EXPECT_EQ(quote.stream, (routing::Stream{BGW_MODE_QUOTE, 0}));
  EXPECT_EQ(quote.mode_json, "2");
  const Entry depth = parsed(R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4})").entries.at(0);
  EXPECT_EQ(depth.stream, (routing::Stream{BGW_MODE_DEPTH, 5}));
}

TEST(Subscribe, AModeWrittenAsAFractionIsEchoedWhole) {
  const Entry e = parsed(R"({"action":"subscribe","symbol":"A","exchange":"B","mode":4.0,)"
                         R"("depth_level":5e1})")
                      .entries.at(0);
  EXPECT_EQ(e.mode_json, "4");
  EXPECT_EQ(e.mode_text, "4");
  EXPECT_EQ(e.stream.depth_level, 50);
}

TEST(Unsubscribe, WithoutALevelMeansEveryDepth) {
  const Entry e = parsed(R"({"action":"unsubscribe","symbol":"A","exchange":"B","mode":4})").entries.at(0);
  EXPECT_EQ(e.stream, (routing::Stream{BGW_MODE_DEPTH, 0}));
}

TEST(Unsubscribe, ALevelThatNobodyCanHoldIsNotEveryDepth) {
  for (const char* level : {"0", "0.0", "null", "\"20\"", "7", "-1", "true"}) {
    const Entry e = parsed(std::string(R"({"action":"unsubscribe","symbol":"A","exchange":"B",)") +
                           R"("mode":4,"depth_level":)" + level + '}')
                        .entries.at(0);
    EXPECT_NE(e.stream.depth_level, 0) << level;
    EXPECT_EQ(upstream::index_of(e.stream), upstream::kIndexedStreams) << level;
  }
}

TEST(Unsubscribe, AnUnheardOfModeIsAnsweredInWords) {
  const auto spoken = [](const std::string& mode) {
    return parsed(R"({"action":"unsubscribe","symbol":"A","exchange":"B","mode":)" + mode + '}')
        .entries.at(0)
        .mode_text;
  };
  EXPECT_EQ(spoken("9"), "9");
  EXPECT_EQ(spoken("null"), "None");
  EXPECT_EQ(spoken("true"), "True");
  EXPECT_EQ(spoken("\"x\""), "x");
}

TEST(Authenticate, TakesKeyAndExtras) {
  const Request r = parsed(R"({"action":"authenticate","api_key":"k","extras":true})");
  EXPECT_EQ(r.action, Action::authenticate);
  EXPECT_EQ(r.api_key, "k");
  EXPECT_TRUE(r.extras);
}

TEST(Authenticate, OnlyATrueOptsIntoExtras) {
  for (const char* value : {"false", "1", "\"true\"", "null"})
    EXPECT_FALSE(parsed(std::string(R"({"action":"authenticate","extras":)") + value + '}').extras);
  EXPECT_EQ(parsed(R"({"action":"authenticate","api_key":5})").api_key, "");
}

TEST(Search, ReadsTextExchangeAndLimit) {
  const Request r = parsed(R"({"action":"search","text":"NIFTY","exchange":"NFO","limit":10})");
  EXPECT_EQ(r.text, "NIFTY");
  EXPECT_EQ(r.exchange, "NFO");
  EXPECT_EQ(r.limit, 10U);
}

TEST(Search, ALimitIsBoundedAndNonsenseIsTheDefault) {
  const auto limit = [](const char* value) {
    return parsed(std::string(R"({"action":"search","limit":)") + value + '}').limit;
  };
  EXPECT_EQ(limit("999999"), 1000U);
  EXPECT_EQ(limit("0"), 50U);
  EXPECT_EQ(limit("-3"), 50U);
  EXPECT_EQ(limit("\"7\""), 50U);
}

}  // namespace
}  // namespace gw::protocol
