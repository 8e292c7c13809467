// Files that are made to hang, crash or fill the memory of their reader.
#include <random>

#include <gtest/gtest.h>

#include "core/config/load.hpp"
#include "core/config/settings.hpp"

namespace gw::config {
namespace {

constexpr std::size_t kAlmostLargest = (1 << 20) - 16;

std::string repeated(std::string_view part, std::size_t bytes = kAlmostLargest) {
  std::string text;
  text.reserve(bytes);
  while (text.size() + part.size() <= bytes) text += part;
  return text;
}

// What these files would do to a careless reader takes minutes or for ever: the test's own time limit sees it.
Loaded load_all(std::string_view text) {
  Loaded loaded = load_text(text, "g.yaml", "/");
  EXPECT_LE(loaded.problems.size(), 1000U);
  return loaded;
}

class Pathological : public testing::TestWithParam<const char*> {};

TEST_P(Pathological, TextRepeatedOverAMebibyteIsRefused) {
  EXPECT_FALSE(load_all(repeated(GetParam())).problems.empty());
}

INSTANTIATE_TEST_SUITE_P(Parts, Pathological,
                         testing::Values("[", "{", "- ", "? ", "{a: ", "[[]", "a: b\n", "b: {}\n", "&a ", "*a ", "!t ",
                                         "\"", "'", "|\n ", "a: |\n", "---\n", "a\n", "a", ": ", ", ", "{}", "\\",
                                         "\xff", "- a: [", "key: &a [*a]\n", "[a, ", "a, "));

TEST(Pathological, BrokersInThousandsAreRefused) {
  std::string text = "brokers:\n";
  for (int i = 0; i < 40'000; ++i) text += "  b" + std::to_string(i) + ": {}\n";
  const Loaded loaded = load_all(text);
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].text(), "g.yaml:258: brokers: found more than 256, expected fewer");
}

TEST(Pathological, SettingsInThousandsAreRead) {
  std::string text = "brokers:\n  mock:\n    settings:\n";
  for (int i = 0; i < 40'000; ++i) text += "      s" + std::to_string(i) + ": 1\n";
  EXPECT_TRUE(load_all(text).problems.empty());
}

TEST(Pathological, NestedAliasesAreRefusedBeforeTheyGrow) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) text += ", " + before;
    text += "]\n";
  }
  const Loaded loaded = load_all(text);
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].found, "an anchor or alias (& or *)");
}

TEST(Pathological, MoreThanSixtyFourLevelsAreRefused) {
  const auto levels = [](int count) {
    return load_all("x: " + std::string(static_cast<std::size_t>(count), '[') +
                    std::string(static_cast<std::size_t>(count), ']'));
  };
  EXPECT_EQ(levels(64).problems.at(0).found, "more than 64 levels of nesting");
  EXPECT_EQ(levels(63).problems.at(0).found, "an unknown key");
}

TEST(Pathological, AFileOfMoreThanAMebibyteIsRefused) {
  const Loaded loaded = load_all(std::string((1 << 20) + 1, '#'));
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].text(), "g.yaml:1: gateway.yaml: found more than 1MiB, expected a file of at most 1MiB");
  EXPECT_TRUE(load_all(std::string(1 << 20, '#')).problems.empty());
}

TEST(Pathological, TheShippedFileWithSomeBytesChangedNeverCrashesTheReader) {
  std::mt19937 random(20260101);
  const std::string shipped(shipped_config());
  constexpr std::string_view kBytes = "[]{}:,-&*!|>'\"%@`#?\n\t \\$0a\xff";
  for (int round = 0; round < 300; ++round) {
    std::string text = shipped;
    for (int i = 0; i < 4; ++i) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0)
        text[at] = kBytes[random() % kBytes.size()];
      else
        text.insert(at, 1, kBytes[random() % kBytes.size()]);
    }
    const Loaded loaded = load_text(text, "g.yaml", "/");
    for (const Problem& p : loaded.problems) {
      EXPECT_GE(p.line, 1);
      EXPECT_EQ(p.text().find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace gw::config
