#include "protobuf_reader.hpp"

#include <gtest/gtest.h>

#include "messages.hpp"

namespace upstox_like {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(ProtobufReader, ReadsEachWireType) {
  using namespace std::string_literals;
  // Written by hand from the encoding's description: 1: -2, 2: 1.5, 3: "ab", 4: fixed32 258.
  const std::string text =
      "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"s
      "\x11\0\0\0\0\0\0\xf8\x3f"s
      "\x1a\x02"
      "ab"s
      "\x25\x02\x01\0\0"s;
  ProtobufReader reader(bytes_of(text));
  ProtobufField field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.number, 1u);
  EXPECT_EQ(field.integer(), -2);
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.number, 2u);
  EXPECT_EQ(field.real(), 1.5);
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.number, 3u);
  EXPECT_EQ(field.text(), "ab");
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.number, 4u);
  EXPECT_EQ(field.scalar, 258u);
  EXPECT_FALSE(reader.next(field));
  EXPECT_EQ(reader.problem(), nullptr);
}

TEST(ProtobufReader, AnEmptyMessageHasNoFields) {
  ProtobufReader reader({});
  ProtobufField field;
  EXPECT_FALSE(reader.next(field));
  EXPECT_EQ(reader.problem(), nullptr);
}

TEST(ProtobufReader, EachCutMessageIsRefused) {
  const std::string whole = Message().integer(1, 300).real(2, 1.5).text(3, "abc").bytes();
  // A cut at a field's end is a whole message with fewer fields.
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == 3 || size == 12) continue;
    ProtobufReader reader(bytes_of(std::string_view(whole).substr(0, size)));
    ProtobufField field;
    while (reader.next(field)) {
    }
    EXPECT_NE(reader.problem(), nullptr) << size;
  }
}

struct Bad {
  const char* bytes;
  std::size_t size;
  const char* problem;
};
class BadMessages : public testing::TestWithParam<Bad> {};
TEST_P(BadMessages, AreRefused) {
  ProtobufReader reader(bytes_of({GetParam().bytes, GetParam().size}));
  ProtobufField field;
  EXPECT_FALSE(reader.next(field));
  ASSERT_NE(reader.problem(), nullptr);
  EXPECT_STREQ(reader.problem(), GetParam().problem);
  EXPECT_FALSE(reader.next(field));  // also when it is asked again
}
INSTANTIATE_TEST_SUITE_P(
    ProtobufReader, BadMessages,
    testing::Values(Bad{"\x00\x01", 2, "found a field number that is 0 or above 536870911"},
                    Bad{"\x80\x80\x80\x80\x10\x01", 6, "found a field number that is 0 or above 536870911"},
                    Bad{"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, "found a varint of more than 64 bits"},
                    Bad{"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12, "found a varint of more than 64 bits"},
                    Bad{"\x0a\x03zz", 4, "found a length beyond the end of the message"},
                    Bad{"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
                        "found a length beyond the end of the message"},
                    Bad{"\x0b\x0c", 2, "found a wire type other than 0, 1, 2 and 5"},
                    Bad{"\x0e", 1, "found a wire type other than 0, 1, 2 and 5"},
                    Bad{"\x0d\x01\x02", 3, "found the end within a fixed number"}));

}  // namespace
}  // namespace upstox_like
