#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "bgw/testing/recording.hpp"
#include "recorded_adapter.hpp"

namespace gw::recording {
namespace {

using bgw::testing::kRecordHead;
using bgw::testing::kRecordingHead;
using bgw::testing::RecordingReader;
using bgw::testing::RecordKind;

std::string three_records() {
  std::string bytes = bgw::testing::recording_head();
  bgw::testing::append_record(bytes, RecordKind::connect, 5, "");
  bgw::testing::append_record(bytes, RecordKind::on_timer, 6, "abcd");
  bgw::testing::append_record(bytes, RecordKind::end, 7, "wxyz");
  return bytes;
}

TEST(Format, IsWhatThePageSays) {
  const std::string bytes = three_records();
  const std::string head("BGWREC\r\n\1\0\0\0\20\0\0\0", kRecordingHead);
  EXPECT_EQ(bytes.substr(0, kRecordingHead), head);
  EXPECT_EQ(bytes.size(), kRecordingHead + 3 * kRecordHead + 8);
  const std::string second = bytes.substr(kRecordingHead + kRecordHead, kRecordHead + 4);
  EXPECT_EQ(second.substr(0, 4), std::string("\4\0\0\0", 4));
  EXPECT_EQ(second.substr(8, 12), std::string("\6\0\0\0\0\0\0\0\31\0\0\0", 12));
  EXPECT_EQ(second.substr(20), "abcd");
}

TEST(Format, TheChecksumIsThatOfZlibHoweverItIsFed) {
  bgw::Crc32 known;
  known.add("123456789");
  EXPECT_EQ(known.value(), 0xCBF43926U);
  const std::string text(1000, 'x');
  bgw::Crc32 whole;
  whole.add(text);
  for (std::size_t step = 1; step < 20; ++step) {
    bgw::Crc32 parts;
    for (std::size_t at = 0; at < text.size(); at += step) parts.add(std::string_view(text).substr(at, step));
    EXPECT_EQ(parts.value(), whole.value()) << step;
  }
}

TEST(Format, ACutOffEndIsFoundAndCounted) {
  const std::string bytes = three_records();
  const std::size_t ends[] = {kRecordingHead, kRecordingHead + kRecordHead, kRecordingHead + 2 * kRecordHead + 4,
                              bytes.size()};
  for (std::size_t size = kRecordingHead; size < bytes.size(); ++size) {
    std::istringstream in(bytes.substr(0, size));
    RecordingReader reader(in);
    while (reader.next()) {
    }
    std::size_t whole = 0;
    bool at_an_end = false;
    for (std::size_t i = 0; i < std::size(ends); ++i) {
      if (ends[i] <= size) whole = i;
      at_an_end = at_an_end || ends[i] == size;
    }
    EXPECT_EQ(reader.whole(), whole) << size;
    EXPECT_EQ(reader.is_cut(), !at_an_end) << size;
    if (!at_an_end) {
      EXPECT_EQ(reader.problem(), "is cut off behind " + std::to_string(whole) + " whole records, " +
                                      std::to_string(size - ends[whole]) + " bytes into the next one");
    }
  }
}

TEST(Format, ADamagedByteIsFoundWhereverItIs) {
  const std::string good = three_records();
  for (std::size_t at = kRecordingHead; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    std::istringstream in(bytes);
    RecordingReader reader(in);
    while (reader.next()) {
    }
    EXPECT_FALSE(reader.problem().empty()) << at;
    EXPECT_LT(reader.whole(), 3U) << at;
  }
}

TEST(Format, AnotherVersionIsRefused) {
  std::string bytes = three_records();
  bytes[8] = 2;
  std::istringstream in(bytes);
  RecordingReader reader(in);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.problem(), "found a recording of version 2, expected 1");
}

TEST(Format, EveryKindOfALifeHasAName) {
  const std::string bytes = record_a_life();
  std::istringstream in(bytes);
  RecordingReader reader(in);
  std::uint64_t records = 0;
  while (const auto record = reader.next()) {
    EXPECT_STRNE(bgw::testing::word(record->kind), "record") << static_cast<int>(record->kind);
    ++records;
  }
  EXPECT_EQ(reader.problem(), "");
  EXPECT_EQ(records, reader.whole());
}

}  // namespace
}  // namespace gw::recording
