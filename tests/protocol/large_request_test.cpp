// In pieces a request is what it is in one.
#include "core/protocol/large_request.hpp"

#include <random>

#include <gtest/gtest.h>

namespace gw::protocol {
namespace {

Request in_pieces(std::string_view frame, const RequestLimits& limits = {}) {
  LargeRequest large(frame, limits);
  while (!large.parse_some()) {
  }
  return large.take();
}

std::string text_of(const Request& r) {
  std::string text = std::to_string(static_cast<int>(r.action)) + ' ' + r.id_json + ' ' + r.api_key + ' ' + r.text;
  if (r.error) text += ' ' + std::string(r.error->code) + ' ' + r.error->message;
  for (const Entry& e : r.entries) {
    text += "\n" + e.symbol_json + ' ' + e.exchange_json + ' ' + e.mode_json + ' ' + e.depth_json + ' ' +
            std::to_string(e.min_interval_ns) + ' ' + std::to_string(e.stream.depth_level);
    if (e.error) text += std::string(e.error->code) + e.error->message;
    if (e.since) text += e.since->epoch + std::to_string(e.since->seq);
  }
  return text;
}

void expect_same(const std::string& frame) {
  EXPECT_EQ(text_of(in_pieces(frame)), text_of(parse_request(frame, {}))) << frame;
}

constexpr char kGood[] =
    R"({"action":"subscribe","id":"}],","mode":4, "symbols" : [ {"symbol":"A,]","exchange":"N","depth_level":20} ,)"
    R"({"symbol":"B\"","exchange":"N","mode":1,"min_interval_ms":5,"since":{"epoch":"[{","seq":7}},5,[],{}],)"
    R"("depth_level":50})";

TEST(LargeRequest, WhereverTheListStands) {
  expect_same(kGood);
  for (const char* frame :
       {R"({"symbols":[{"symbol":"A","exchange":"N"}],"action":"unsubscribe"})",
        R"({"action":"subscribe","symbols":[]})", R"({"action":"subscribe","symbols":[ ]})",
        R"({"action":"subscribe","symbols":{}})", R"({"action":"subscribe","symbols":"[1]"})",
        R"({"action":"subscribe","symbol":"symbols","exchange":"[N]"})", R"({"action":"list","symbols":[1,2]})",
        R"({"x":{"symbols":[1,2]},"action":"subscribe","symbols":[{"symbol":"A","exchange":"N"}]})",
        R"([{"symbols":[1]}])", R"(["symbols":[1]])", R"("symbols":[1])", "", "[", R"({"symbols":[)"})
    expect_same(frame);
}

TEST(LargeRequest, OfAListGivenTwiceTheLastCounts) {
  for (const char* last : {"[2,3]", "[]", "5"})
    expect_same(std::string(R"({"action":"subscribe","symbols":[{"symbol":"A","exchange":"N"}],"symbols":)") + last +
                '}');
}

TEST(LargeRequest, HoweverItsNamesAreWritten) {
  const std::string list = R"([{"symbol":"A","exchange":"N"}])";
  for (const char* name : {R"("symbol\u0073")", R"("\u0073ymbols")", R"("\u0073\u0079\u006D\u0062\u006f\u006c\u0073")",
                           R"("symbol\u0053")", R"("symbols\u0000")", R"("symbol\u007")", R"("symbol\\u0073")"}) {
    expect_same(std::string(R"({"action":"subscribe",)") + name + ":" + list + "}");
    for (const char* other : {"[2,3]", "[]", "5"}) {
      expect_same(R"({"action":"subscribe","symbols":)" + list + "," + name + ":" + other + "}");
      expect_same(std::string(R"({"action":"subscribe",)") + name + ":" + other + R"(,"symbols":)" + list + "}");
    }
  }
  std::string many = R"({"action":"subscribe","symbol\u0073":[)";
  for (int i = 0; i < 5000; ++i) many += R"({"symbol":"A","exchange":"N"},)";
  many.back() = ']';
  EXPECT_EQ(in_pieces(many + "}").entries.size(), 5000U);
}

TEST(LargeRequest, AListThatIsNoJsonMakesTheWholeNone) {
  for (const char* list :
       {"[1,]", "[,1]", "[1 2]", "[{]", "[1}", "[[1]", "[1,\xef\xbb\xbf{}]", "[\"]", "[{\"a\":1],{}]", "[nul]", "[1]]"})
    for (const char* action : {"subscribe", "list", "authenticate"})
      expect_same(std::string(R"({"action":")") + action + R"(","id":1,"symbols":)" + list + '}');
}

TEST(LargeRequest, HoweverItIsDamaged) {
  const std::string good = kGood;
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string frame = good;
    for (int k = 0; k < 2; ++k) frame[random() % frame.size()] = "[]{},:\"\\ 1a"[random() % 11];
    expect_same(frame);
    if (HasFailure()) return;
  }
  for (std::size_t n = 0; n < good.size(); ++n) expect_same(good.substr(0, n));
}

TEST(LargeRequest, APieceIsFourKilobytesOfEntries) {
  std::string frame = R"({"action":"subscribe","symbols":[)";
  for (int i = 0; i < 5000; ++i)
    frame += (i == 0 ? "" : ",") + std::string(R"({"symbol":"S","exchange":"NSE","mode":1})");
  frame += "]}";
  LargeRequest large(frame, {});
  std::size_t pieces = 1;
  while (!large.parse_some()) ++pieces;
  EXPECT_GE(pieces, frame.size() / LargeRequest::kAtOnce);
  EXPECT_EQ(large.take().entries.size(), 5000U);
}

TEST(LargeRequest, AMegabyteOfBracketsIsLookedAtInPieces) {
  std::string frame = R"({"action":"list","x":[)";
  while (frame.size() < (1 << 20)) frame += "[],";
  frame += "[]]}";
  LargeRequest large(frame, {});
  std::size_t pieces = 1;
  while (!large.parse_some()) ++pieces;
  EXPECT_EQ(pieces, frame.size() / LargeRequest::kLookedAtAtOnce + 1);
  EXPECT_EQ(large.take().error->code, "INVALID_PARAMETERS");
}

TEST(LargeRequest, WhereverALookEnds) {
  for (std::size_t n = LargeRequest::kLookedAtAtOnce - 100; n < LargeRequest::kLookedAtAtOnce + 40; ++n)
    expect_same(R"({"x":")" + std::string(n - 100, 'x') + "\",\"y\":" + std::string(80, ' ') +
                "[\"\\\"],[\"],\"action\":\"subscribe\",\"symbols\":[{\"symbol\":\"A,]\",\"exchange\":\"N\"},5]}");
}

TEST(LargeRequest, TooManyAreRefusedUnread) {
  const std::string frame = R"({"action":"subscribe","symbols":[1,2,3,4]})";
  EXPECT_EQ(text_of(in_pieces(frame, {3})), text_of(parse_request(frame, {3})));
}

TEST(LargeRequest, WhatIsNotCutMayHave8192Values) {
  const auto code = [](const std::string& frame) {
    const Request r = in_pieces(frame);
    return r.error ? std::string(r.error->code) + ": " + r.error->message : "ok";
  };
  const auto list = [](std::size_t values) {
    std::string text = "[1";
    while (--values != 0) text += ",1";
    return text + ']';
  };
  constexpr std::size_t kMax = kMaxParsedValues;
  const std::string head = R"({"action":"list","x":)";
  EXPECT_EQ(code(head + list(kMax - 2) + '}'), "ok");
  EXPECT_EQ(code(head + list(kMax - 1) + '}'),
            "INVALID_PARAMETERS: A request without its symbols may have 8192 values, this one has 8193");
  const std::string entry = R"({"action":"subscribe","symbols":[{"symbol":"A","exchange":"N"},{"x":)";
  EXPECT_EQ(code(entry + list(kMax - 2) + "},5]}"), "ok");
  EXPECT_EQ(code(entry + list(kMax - 1) + "},5]}"),
            "INVALID_PARAMETERS: An entry of symbols may have 8192 values, this one has 8193");
  EXPECT_EQ(code(R"({"action":"list","x":")" + std::string(500'000, ',') + "\"}"), "ok") << "a text is one";
  EXPECT_EQ(code(std::string("{\"action\":\"list\"}\0", 18)), "INVALID_JSON: Invalid JSON message");
}

TEST(LargeRequest, WhatTheParserWouldStumbleOverIsTheSameInPieces) {
  const std::string good = kGood;
  for (const std::string& odd : {std::string("1e400"), std::string(R"("\ud800")"), std::string(R"({"\udc00":-1e999})"),
                                 std::string("1e400x"), std::string(R"("\ud8")"), std::string(1, '\0'),
                                 std::string("\"a\0b\"", 5), std::string("\xef\xbb\xbf"), std::string("1e-400")})
    for (std::size_t at = 0; at <= good.size(); ++at) expect_same(std::string(good).insert(at, odd));
  for (const char* id : {"null", "1.5", R"("\ud800")", "[1e400]", "9007199254740993", "7"})
    expect_same(std::string(R"({"symbols":[{"symbol":"A","exchange":"N"},{}],"id":)") + id +
                R"(,"action":"subscribe"})");
}

TEST(LargeRequest, OfTooManyEntriesAllAreLookedAt) {
  const auto frame = [](std::size_t count, const std::string& last) {
    std::string text = R"({"action":"subscribe","symbols":[)";
    for (std::size_t i = 0; i < count; ++i) text += R"({"symbol":"A","exchange":"N"},)";
    return text + last + "]}";
  };
  for (const std::size_t count : {7UL, 8UL, 9UL, 300UL})
    for (const char* last : {"{}", "", "{", "1e400", R"("\ud800")", "\xef\xbb\xbf{}", "[[[", "nul", "1]", "\"a"}) {
      const RequestLimits limits{8};
      EXPECT_EQ(text_of(in_pieces(frame(count, last), limits)), text_of(parse_request(frame(count, last), limits)))
          << count << ' ' << last;
    }
}

TEST(LargeRequest, TooManyValuesAreTooManyInOneGoToo) {
  std::string many(20'000, '1');
  for (std::size_t i = 1; i < many.size(); i += 2) many[i] = ',';
  many.pop_back();
  expect_same(R"({"action":"list","x":[)" + many + "]}");
  expect_same(R"({"action":"list","x":[)" + many + "]");
  expect_same(R"({"action":"subscribe","symbols":[{"x":[)" + many + "]}]}");
  for (const char* id : {"5", R"("q")", "[5]", R"("\ud800")", "5 6"}) {
    const std::string frame = std::string(R"({"id": 3,"action":"list","x":[)") + many + R"(],"\u0069d" : )" + id + " }";
    expect_same(frame);
    EXPECT_EQ(in_pieces(frame).id_json, id == std::string("5") || id[1] == 'q' ? id : "") << id;
  }
}

}  // namespace
}  // namespace gw::protocol
