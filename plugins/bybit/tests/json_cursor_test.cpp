#include "json_cursor.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bybit {
namespace {

bool is_json(std::string_view text) {
  JsonCursor json(text);
  return json.skip() && json.is_at_end();
}

TEST(JsonCursor, AgreesWithAnotherReaderOnWhatJsonIs) {
  for (const char* text : {R"({})",
                           R"([])",
                           R"({"a":1,"b":[true,false,null],"c":{"d":"e"}})",
                           R"( { "a" : -0.5e+10 } )",
                           R"("\u00e9\n\\")",
                           R"([1,2,])",
                           R"([,1])",
                           R"({"a":1,})",
                           R"({,"a":1})",
                           R"({"a"})",
                           R"({"a":})",
                           R"({a:1})",
                           R"([1 2])",
                           R"([01])",
                           R"([-])",
                           R"([1.])",
                           R"([.5])",
                           R"([1e])",
                           R"(["\x"])",
                           R"(["\u12g4"])",
                           "[\"\n\"]",
                           R"(["a)",
                           R"(["a\)",
                           "[tru]",
                           "[nul",
                           "[truefalse]",
                           "{} {}",
                           "",
                           " ",
                           "[",
                           "{",
                           "}",
                           "]",
                           "[}",
                           "{]",
                           R"([[[[[[[[[[]]]]]]]]]])",
                           "[+1]",
                           "[0x1]",
                           R"({"a":1 "b":2})",
                           "[NaN]",
                           "[1,\t2\r\n]",
                           "\"\"",
                           "3",
                           "-0",
                           "[0.10]"})
    EXPECT_EQ(is_json(text), nlohmann::json::accept(text)) << text;
}

TEST(JsonCursor, EveryPrefixOfAFrameIsRefused) {
  const std::string frame = R"({"topic":"tickers.X","data":{"a":["1.5",-2,true,null]},"ts":1})";
  EXPECT_TRUE(is_json(frame));
  for (std::size_t size = 0; size < frame.size(); ++size) EXPECT_FALSE(is_json(frame.substr(0, size))) << size;
}

TEST(JsonCursor, ReadsMembersInTheirOrder) {
  JsonCursor json(R"({"s":"a\"b","n":-17,"t":true,"list":[1,2],"o":{"x":[{}]}})");
  std::string_view key, text;
  std::int64_t number = 0;
  bool flag = false;
  ASSERT_TRUE(json.enter_object());
  ASSERT_TRUE(json.next_member(key) && json.string(text));
  EXPECT_EQ(text, R"(a\"b)");
  ASSERT_TRUE(json.next_member(key) && json.integer(number));
  EXPECT_EQ(number, -17);
  ASSERT_TRUE(json.next_member(key) && json.boolean(flag));
  EXPECT_TRUE(flag);
  ASSERT_TRUE(json.next_member(key) && json.enter_array());
  std::int64_t sum = 0;
  while (json.next_element() && json.integer(number)) sum += number;
  EXPECT_EQ(sum, 3);
  ASSERT_TRUE(json.next_member(key) && json.skip(text));
  EXPECT_EQ(text, R"({"x":[{}]})");
  EXPECT_FALSE(json.next_member(key));
  EXPECT_TRUE(json.is_at_end());
}

TEST(JsonCursor, IntegersThatDoNotFitAndFractionsAreFaults) {
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "1.0", "1e3", "\"1\"", "true"}) {
    JsonCursor json(text);
    std::int64_t number = 0;
    EXPECT_FALSE(json.integer(number)) << text;
    EXPECT_FALSE(json.is_good()) << text;
  }
  JsonCursor largest("9223372036854775807");
  std::int64_t number = 0;
  EXPECT_TRUE(largest.integer(number));
  EXPECT_EQ(number, INT64_MAX);
}

TEST(JsonCursor, DeepNestingIsAFault) {
  EXPECT_TRUE(is_json(std::string(15, '[') + std::string(15, ']')));
  EXPECT_FALSE(is_json(std::string(100'000, '[')));
  EXPECT_FALSE(is_json(std::string(17, '[') + std::string(17, ']')));
}

TEST(JsonCursor, AfterAFaultNothingIsRead) {
  JsonCursor json(R"({"a":x,"b":1})");
  std::string_view key;
  ASSERT_TRUE(json.enter_object() && json.next_member(key));
  EXPECT_FALSE(json.skip());
  EXPECT_FALSE(json.next_member(key));
  EXPECT_FALSE(json.is_at_end());
}

}  // namespace
}  // namespace bybit
