#include "core/websocket/frame.hpp"

#include <gtest/gtest.h>

namespace gw::websocket {
namespace {

std::string header(Opcode opcode, std::size_t length) {
  char bytes[10];
  return {bytes, frame_header(bytes, opcode, length)};
}

TEST(FrameHeader, TakesTheShortestForm) {
  EXPECT_EQ(header(Opcode::text, 0), std::string("\x81\x00", 2));
  EXPECT_EQ(header(Opcode::binary, 125), "\x82\x7d");
  EXPECT_EQ(header(Opcode::text, 126), std::string("\x81\x7e\x00\x7e", 4));
  EXPECT_EQ(header(Opcode::text, 65535), "\x81\x7e\xff\xff");
  EXPECT_EQ(header(Opcode::text, 65536), std::string("\x81\x7f\0\0\0\0\0\x01\0\0", 10));
  EXPECT_EQ(header(Opcode::binary, 0x0102030405060708U), "\x82\x7f\x01\x02\x03\x04\x05\x06\x07\x08");
}

// RFC 6455, 5.7: "Hello", masked.
TEST(MaskedFrame, IsThatOfTheStandard) {
  std::string out = "before";
  append_masked_frame(out, Opcode::text, "Hello", 0x3d21fa37U);
  EXPECT_EQ(out, "before\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(MaskedFrame, UnmasksToItsPayloadAtEveryLength) {
  for (const std::size_t size : {0U, 1U, 3U, 4U, 5U, 125U, 126U, 65535U, 65536U}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 7);
    std::string out;
    append_masked_frame(out, Opcode::binary, payload, 0xa1b2c3d4U);
    ASSERT_NE(static_cast<unsigned char>(out[1]) & 0x80U, 0U);
    const std::string key = out.substr(out.size() - size - 4, 4);
    std::string back = out.substr(out.size() - size);
    for (std::size_t i = 0; i < size; ++i) back[i] = static_cast<char>(back[i] ^ key[i % 4]);
    EXPECT_EQ(back, payload) << size;
  }
}

}  // namespace
}  // namespace gw::websocket
