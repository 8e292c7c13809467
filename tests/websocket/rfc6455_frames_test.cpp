// Frames, control frames, fragments and text by RFC 6455, sections 5 and 8.1: each row is one connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/websocket/frame_talk.hpp"

namespace gw::websocket {
namespace {

using testing::IsEmpty;

using Rfc6455Frames = FrameTalk;

struct FrameRow {
  std::string name;
  std::string bytes;
  std::vector<std::string> messages;
  int code = 1000;  // of the server's close frame; a row that must be accepted ends by a close of 1000
};

std::vector<FrameRow> length_rows() {
  std::vector<FrameRow> rows;
  for (const std::size_t size : {0, 1, 125, 126, 127, 128, 65535, 65536}) {
    const std::string payload(size, '*');
    for (const unsigned kind : {text, binary})
      rows.push_back({"length " + std::to_string(size), client_frame(fin | kind, payload), {payload}});
  }
  // 5.2: the minimal number of bytes must be used.
  rows.push_back({"125 in 16 bits", client_frame(fin | text, std::string(125, 'x'), 2), {}, 1002});
  rows.push_back({"0 in 64 bits", client_frame(fin | text, "", 8), {}, 1002});
  rows.push_back({"65535 in 64 bits", client_frame(fin | text, std::string(65535, 'x'), 8), {}, 1002});
  // Such a length is beyond every limit before it is malformed.
  rows.push_back({"top bit of 64", std::string("\x81\xff\x80\0\0\0\0\0\0\1key!x", 15), {}, 1009});
  rows.push_back({"2^63-1 bytes", std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xffkey!", 14), {}, 1009});
  return rows;
}

std::vector<FrameRow> header_rows() {
  std::vector<FrameRow> rows;
  for (const unsigned kind : {text, binary, closing, ping, pong})
    rows.push_back({"unmasked " + std::to_string(kind), {static_cast<char>(fin | kind), '\0'}, {}, 1002});
  for (unsigned rsv = 1; rsv < 8; ++rsv)
    for (const unsigned kind : {text, binary, closing, ping, pong})
      rows.push_back({"RSV " + std::to_string(rsv) + " of " + std::to_string(kind),
                      client_frame(fin | rsv << 4 | kind, kind == closing ? close_payload(1000) : "x"),
                      {},
                      1002});
  for (const unsigned kind : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    for (const std::string_view payload : {"", "x"}) {
      rows.push_back({"opcode " + std::to_string(kind), client_frame(fin | kind, payload), {}, 1002});
      rows.push_back({"after a message, opcode " + std::to_string(kind),
                      client_frame(fin | text, "a") + client_frame(fin | kind, payload),
                      {"a"},
                      1002});
    }
  return rows;
}

std::vector<FrameRow> fragment_rows() {
  const auto f = [](unsigned first, std::string_view payload) { return client_frame(first, payload); };
  std::string many = f(text, "0");
  for (int i = 1; i < 500; ++i) many += f(cont, "x");
  many += f(fin | cont, "");
  return {
      {"two", f(text, "a") + f(fin | cont, "b"), {"ab"}},
      {"binary",
       f(binary, std::string("\0\xff", 2)) + f(fin | cont, "b"),
       {std::string("\0\xff"
                    "b",
                    3)}},
      {"empty ones", f(text, "") + f(cont, "") + f(fin | cont, ""), {""}},
      {"five hundred", many, {"0" + std::string(499, 'x')}},
      {"pings between",
       f(text, "a") + f(fin | ping, "") + f(cont, "b") + f(fin | pong, "q") + f(fin | cont, "c"),
       {"abc"}},
      {"two messages", f(text, "a") + f(fin | cont, "b") + f(text, "c") + f(fin | cont, "d"), {"ab", "cd"}},
      {"nothing to continue", f(fin | cont, "x"), {}, 1002},
      {"nothing to continue, no FIN", f(cont, "x"), {}, 1002},
      {"continued after the end", f(text, "a") + f(fin | cont, "b") + f(fin | cont, "c"), {"ab"}, 1002},
      {"continued after a whole one", f(fin | text, "a") + f(cont, "b"), {"a"}, 1002},
      {"text inside text", f(text, "a") + f(fin | text, "b"), {}, 1002},
      {"text fragment inside text", f(text, "a") + f(text, "b"), {}, 1002},
      {"binary inside text", f(text, "a") + f(fin | binary, "b"), {}, 1002},
      {"ping in fragments", f(ping, "a") + f(fin | cont, "b"), {}, 1002},
      {"pong in fragments", f(pong, "a"), {}, 1002},
      {"close in fragments", f(closing, close_payload(1000)), {}, 1002},
      {"ping in fragments inside text", f(text, "a") + f(ping, "b"), {}, 1002},
      {"close inside text", f(text, "a") + close_frame(1000), {}, 1000},
      {"ping of 126", f(fin | ping, std::string(126, 'x')), {}, 1002},
      {"pong of 126", f(fin | pong, std::string(126, 'x')), {}, 1002},
      {"ping of 125 in 16 bits", client_frame(fin | ping, std::string(125, 'x'), 2), {}, 1002},
  };
}

std::vector<FrameRow> text_rows() {
  std::vector<FrameRow> rows;
  for (const std::string& good : std::vector<std::string>{
           "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd",
           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", std::string("\0", 1)}) {
    rows.push_back({"valid", client_frame(fin | text, good), {good}});
    std::string split = client_frame(text, "");
    for (const char c : good) split += client_frame(cont, {&c, 1});
    rows.push_back({"valid, split", split + client_frame(fin | cont, ""), {good}});
  }
  for (const std::string& bad :
       std::vector<std::string>{"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
                                "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
                                "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff",
                                "\xc2"
                                "a",
                                "\xe2\x82"
                                "a",
                                "\xf0\x90\x80"
                                "a"}) {
    rows.push_back({"invalid", client_frame(fin | text, bad), {}, 1007});
    rows.push_back({"invalid behind text", client_frame(fin | text, std::string(200, 'x') + bad), {}, 1007});
    rows.push_back({"fails before its end", client_frame(text, bad), {}, 1007});
    std::string split = client_frame(text, "");
    for (const char c : bad) split += client_frame(cont, {&c, 1});
    rows.push_back({"invalid, split", split, {}, 1007});
  }
  for (const std::string& cut : std::vector<std::string>{"\xc2", "\xe2\x82", "\xf0\x90\x80"}) {
    rows.push_back(
        {"cut off in fragments", client_frame(text, cut) + client_frame(fin | cont, "") + close_frame(1000), {}, 1007});
    rows.push_back({"cut off", client_frame(fin | text, cut), {}, 1007});
  }
  rows.push_back({"any bytes in binary", client_frame(fin | binary, "\xff\xc0\x80"), {"\xff\xc0\x80"}});
  return rows;
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes.substr(0, 32)) out += {kDigits[c >> 4], kDigits[c & 15], ' '};
  return out;
}

#define GW_EXPECT_ROWS(rows, by_octets)                                                      \
  for (const FrameRow& row : rows) {                                                         \
    SCOPED_TRACE(row.name + ": " + hex(row.bytes));                                          \
    const Talk t = talk(row.bytes + (row.code == 1000 ? close_frame(1000) : ""), by_octets); \
    EXPECT_EQ(t.answered(), row.code);                                                       \
    EXPECT_EQ(t.told, row.code);                                                             \
    EXPECT_EQ(t.messages, row.messages);                                                     \
    EXPECT_TRUE(t.whole);                                                                    \
  }

TEST_F(Rfc6455Frames, Lengths){GW_EXPECT_ROWS(length_rows(), false)} TEST_F(Rfc6455Frames, MasksReservedBitsAndOpcodes){
    GW_EXPECT_ROWS(header_rows(), false)} TEST_F(Rfc6455Frames, Fragments){
    GW_EXPECT_ROWS(fragment_rows(), false)} TEST_F(Rfc6455Frames, Text){
    GW_EXPECT_ROWS(text_rows(), false)} TEST_F(Rfc6455Frames, HeadersOctetByOctet){
    GW_EXPECT_ROWS(header_rows(), true)} TEST_F(Rfc6455Frames, FragmentsOctetByOctet){
    GW_EXPECT_ROWS(fragment_rows(), true)} TEST_F(Rfc6455Frames, TextOctetByOctet){GW_EXPECT_ROWS(text_rows(), true)}

TEST_F(Rfc6455Frames, PingsAreAnsweredInOrderByTheirOwnPayload) {
  std::vector<std::pair<unsigned, std::string>> pongs;
  std::string bytes = client_frame(fin | pong, "unasked");
  for (const std::size_t size : {0, 1, 2, 3, 4, 5, 6, 7, 124, 125}) {
    pongs.emplace_back(fin | pong, std::string(size, static_cast<char>(0xfe - size)));
    bytes += client_frame(fin | ping, pongs.back().second);
  }
  pongs.emplace_back(fin | closing, close_payload(1000));
  for (const bool by_octets : {false, true}) EXPECT_EQ(talk(bytes + close_frame(1000), by_octets).frames, pongs);
}

TEST_F(Rfc6455Frames, AnyFramesEndByAValidClose) {
  std::mt19937 random(6455);
  for (int i = 0; i < 1500; ++i) {
    std::string bytes;
    for (auto frames = random() % 6; frames != 0; --frames) {
      std::string payload(random() % 4 == 0 ? random() % 70000 : random() % 130, '\0');
      for (char& c : payload) c = static_cast<char>(random() % 8 == 0 ? random() : 'a');
      static constexpr std::array kKinds{0U, 1U, 2U, 8U, 9U, 10U};
      const unsigned any = static_cast<unsigned>(random()) & 0xff;
      const unsigned first = random() % 8 == 0 ? any : (any & fin) | kKinds[random() % kKinds.size()];
      bytes += client_frame(first, payload);
      if (random() % 16 == 0) bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    // Behind what may be cut, a frame that no state allows.
    bytes += std::string(140'000, '\xff');
    SCOPED_TRACE(i);
    const int code = talk(bytes).answered();
    EXPECT_TRUE(code >= 1000 && code < 5000 && code != 1004 && code != 1005 && code != 1006) << code;
  }
}

}  // namespace
}  // namespace gw::websocket
