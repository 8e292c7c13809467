// The parts of the log that a gateway under test cannot be brought to: cuts through secrets, full queues, midnights.
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/log_file.hpp"
#include "core/base/log_limit.hpp"
#include "core/base/log_queue.hpp"
#include "core/base/secret_filter.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::log {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// ---- secrets

SecretFilter filter_of(std::initializer_list<std::string_view> secrets) {
  SecretFilter filter;
  for (const std::string_view secret : secrets) filter.add(secret);
  return filter;
}

TEST(SecretFilter, NoPartOfASecretIsLeftAtTheCut) {
  const SecretFilter filter = filter_of({"hunter2-token"});
  const std::string text = "0123456789hunter2-token and more";
  for (std::size_t limit = 1; limit < 40; ++limit) {
    EXPECT_THAT(filter.apply(text, limit), Not(HasSubstr("hu"))) << limit;
  }
  EXPECT_EQ(filter.apply(text, 12), "0123456789*** … (9 more bytes were cut off)");
  EXPECT_EQ(filter.apply(text, 10), "0123456789 … (22 more bytes were cut off)");
  EXPECT_EQ(filter.apply(text, 100), "0123456789*** and more");
}

TEST(SecretFilter, SecretsThatOverlapLeaveNothing) {
  EXPECT_EQ(filter_of({"abcdef", "defghi"}).apply("1abcdefghi2", 100), "1***2");
  EXPECT_EQ(filter_of({"abcd", "abcdefgh"}).apply("1abcdefgh2", 100), "1***2");
  EXPECT_EQ(filter_of({"abcd"}).apply("abcdabcd", 100), "******");
}

TEST(SecretFilter, ACharacterIsNotCutInHalf) {
  EXPECT_EQ(SecretFilter().apply("ab€cd", 3), "ab … (5 more bytes were cut off)");
  EXPECT_EQ(SecretFilter().apply("ab€cd", 5), "ab€ … (2 more bytes were cut off)");
  EXPECT_THAT(SecretFilter().apply(std::string(100, '\x80'), 50), HasSubstr("50 more bytes"));
}

// ---- the queue

Line line_of(Level level, std::string text) { return {wall_ns(), level, "m", std::move(text)}; }

TEST(LogQueue, AFullQueueLosesLinesAndSaysHowManyWhereTheGapIs) {
  LogQueue queue;
  constexpr std::size_t kText = 8'000;
  constexpr std::size_t kPushed = 2 * LogQueue::kMaxBytes / kText;
  for (std::size_t i = 0; i < kPushed; ++i) queue.push(line_of(Level::error, std::string(kText, 'x')));
  std::deque<Line> all;
  std::size_t whole = 0;
  const auto take_all = [&] {
    std::deque<Line> some;
    while (queue.take(some, 0) && !some.empty()) {
      for (Line& line : some) all.push_back(std::move(line));
      some.clear();
      queue.taken_were_written();
    }
  };
  take_all();
  ASSERT_FALSE(all.empty());
  for (const Line& line : all) whole += line.text.size() == kText;
  EXPECT_LE(whole * kText, LogQueue::kMaxBytes);
  EXPECT_EQ(all.back().text, std::to_string(kPushed - whole) + " lines lost: more came than could be written");
  EXPECT_EQ(whole, all.size() - 1);
  EXPECT_TRUE(queue.is_drained());
  queue.push(line_of(Level::info, "again"));
  take_all();
  EXPECT_EQ(all.back().text, "again");
}

TEST(LogQueue, WarningsFindRoomWhereOtherLinesFindNone) {
  LogQueue queue;
  for (std::size_t i = 0; i < LogQueue::kMaxBytes / 4'000; ++i)
    queue.push(line_of(Level::info, std::string(8'000, 'x')));
  queue.push(line_of(Level::warning, "the disk burns"));
  std::deque<Line> some;
  bool found = false;
  while (queue.take(some, 0) && !some.empty()) {
    for (const Line& line : some) found = found || line.text == "the disk burns";
    some.clear();
  }
  EXPECT_TRUE(found);
}

// ---- the file

constexpr std::int64_t kDayNs = 86'400'000'000'000;

class File : public testing::Test {
 protected:
  support::TemporaryFolder folder_;
  const fs::path path_ = folder_.path() / "a.log";
  static void write(LogFile& file, const std::string& text, std::int64_t when) {
    EXPECT_EQ(file.rotate_if_needed(text.size(), when), "");
    EXPECT_EQ(file.write(text).error, 0);
  }
};

TEST_F(File, ItIsRotatedAtMidnight) {
  LogFile file({.file = path_.string(), .keep = 2});
  const std::int64_t now = wall_ns();
  write(file, "one\n", now);
  write(file, "two\n", now);
  write(file, "three\n", now + kDayNs);
  write(file, "four\n", now + 2 * kDayNs);
  write(file, "five\n", now + 3 * kDayNs);
  EXPECT_EQ(text_of(path_), "five\n");
  EXPECT_EQ(text_of(path_.string() + ".1"), "four\n");
  EXPECT_EQ(text_of(path_.string() + ".2"), "three\n");
  EXPECT_FALSE(fs::exists(path_.string() + ".3"));
}

TEST_F(File, OneThatCannotBeRotatedGoesOn) {
  fs::create_directories(path_.string() + ".1/x");
  LogFile file({.file = path_.string(), .rotate_size = 10, .keep = 1});
  const std::int64_t now = wall_ns();
  write(file, "123456789\n", now);
  EXPECT_THAT(file.rotate_if_needed(5, now), HasSubstr("cannot be renamed"));
  EXPECT_EQ(file.rotate_if_needed(5, now), "") << "said once";
  write(file, "more\n", now);
  EXPECT_EQ(text_of(path_), "123456789\nmore\n");
}

TEST_F(File, ADeviceIsNeverRenamed) {
  LogFile file({.file = "/dev/null", .rotate_size = 10});
  write(file, "more than ten bytes\n", wall_ns());
  write(file, "more than ten bytes\n", wall_ns() + kDayNs);
  EXPECT_FALSE(fs::exists("/dev/null.1"));
}

// ---- limits

class Limits : public testing::Test {
 protected:
  void SetUp() override { configure({.file = path_.string()}); }
  void TearDown() override { configure({.file = "/dev/null"}); }
  support::TemporaryFolder folder_;
  const fs::path path_ = folder_.path() / "a.log";
};

TEST_F(Limits, WhatIsFoldedIsCountedWithItsSources) {
  Limited kind("m", "client", {.lines = 2, .lines_per_second = 0});
  for (int i = 0; i < 5; ++i) kind.info("client " + std::to_string(i % 4), "line " + std::to_string(i));
  EXPECT_THAT(text_of(path_), HasSubstr("line 1\n"));
  EXPECT_THAT(text_of(path_), Not(HasSubstr("line 2")));
  Limited::report_all(monotonic_ns(), false);
  EXPECT_THAT(text_of(path_), Not(HasSubstr("more like it"))) << "not before ten seconds";
  Limited::report_all(monotonic_ns() + 10'000'000'000, false);
  EXPECT_THAT(text_of(path_), HasSubstr("… and 3 more like it from 3 clients in the last 1"));
  EXPECT_THAT(text_of(path_), HasSubstr(" s, the first: line 2\n"));
}

TEST_F(Limits, BytesCountToo) {
  Limited kind("m", "client", {.bytes = 1000, .bytes_per_second = 0});
  for (int i = 0; i < 5; ++i) kind.warning("", std::string(600, 'x'));
  Limited::report_all(monotonic_ns(), true);
  EXPECT_THAT(text_of(path_), HasSubstr("… and 3 more like it in the last "));
}

TEST_F(Limits, AnEndSaysWhatWasFolded) {
  { Limited("m", "client", {.lines = 0}).info("", "only one"); }
  EXPECT_THAT(text_of(path_), HasSubstr("… and 1 more like it"));
}

// In a process of its own: the thread ends with it.
TEST(LogThreadDeathTest, WhatWasQueuedIsWrittenAtTheEnd) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto say = [] {
    configure({});
    start_thread();
    for (int i = 0; i < 2'000; ++i) info("m", "line " + std::to_string(i));
    end_thread();
    std::_Exit(0);
  };
  EXPECT_EXIT(say(), testing::ExitedWithCode(0), HasSubstr("line 1999\n"));
  const auto crash = [] {
    configure({});
    start_thread();
    for (int i = 0; i < 2'000; ++i) info("m", "line " + std::to_string(i));
    drain(kMaxEndNs);
    std::_Exit(0);
  };
  EXPECT_EXIT(crash(), testing::ExitedWithCode(0), HasSubstr("line 1999\n"));
}

}  // namespace
}  // namespace gw::log
