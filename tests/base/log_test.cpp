#include "core/base/log.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace gw::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class Log : public testing::Test {
 protected:
  void TearDown() override { configure({.level = Level::info, .format = "text", .file = "/dev/null"}); }
  void start(const std::string& format, Level level = Level::info) {
    configure({.level = level, .format = format, .file = file_.string()});
  }
  std::string written() const {
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }

  support::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "gateway.log";
};

TEST_F(Log, ATextLineHasTimeLevelModuleAndMessage) {
  start("text");
  warning("proxy", "port 8765 is taken");
  EXPECT_THAT(written(), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}[-+][0-9]{2}:[0-9]{2} warning "
                                      "proxy      port 8765 is taken\n"));
}

TEST_F(Log, AJsonLineIsOneObjectWithItsTextEscaped) {
  start("json");
  error("database", "cannot open \"a\\b\"\tnow");
  EXPECT_THAT(written(), EndsWith(R"("level":"error","module":"database",)"
                                  R"("message":"cannot open \"a\\b\" now"})"
                                  "\n"));
  EXPECT_THAT(written(), testing::StartsWith(R"({"time":")"));
}

TEST_F(Log, BracesInAMessageAreText) {
  start("json");
  info("proxy", "got {} and {0}");
  EXPECT_THAT(written(), HasSubstr(R"("message":"got {} and {0}")"));
}

TEST_F(Log, BelowTheLevelNothingIsWritten) {
  start("text", Level::warning);
  debug("m", "one");
  info("m", "two");
  write(Level::info, "m", "three");
  EXPECT_FALSE(enabled(Level::info));
  EXPECT_EQ(written(), "");
  set_level(Level::debug);
  debug("m", "four");
  EXPECT_THAT(written(), HasSubstr("four"));
}

TEST_F(Log, OneEventIsOneLineWhateverAPeerSent) {
  start("text");
  info("proxy", "first\nforged line\r\nanother");
  const std::string text = written();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST_F(Log, ARedactedSecretNeverAppears) {
  redact("hunter2-token");
  for (const char* format : {"text", "json"}) {
    start(format);
    info("feed", "hunter2-token at the start, hunter2-token again: xhunter2-tokenx");
  }
  EXPECT_THAT(written(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(written(), HasSubstr("*** at the start, *** again: x***x"));
}

TEST_F(Log, ASecretThatBeginsWithAnotherLeavesNoTail) {
  redact("prefix-77");
  redact("prefix-77-and-more");
  start("text");
  info("feed", "login prefix-77-and-more done");
  EXPECT_THAT(written(), HasSubstr("login *** done"));
}

TEST_F(Log, ASecretWithQuotesIsFoundBeforeJsonEscapesIt) {
  redact("se\"cr\\et");
  start("json");
  info("feed", "value se\"cr\\et.");
  EXPECT_THAT(written(), HasSubstr(R"("message":"value ***.")"));
}

TEST_F(Log, ASecretTooShortToBeOneHidesNothing) {
  redact("abc");
  redact("");
  start("text");
  info("feed", "abcabc");
  EXPECT_THAT(written(), HasSubstr("abcabc"));
}

TEST_F(Log, AFileThatCannotBeOpenedIsReported) {
  EXPECT_THROW(configure({.file = folder_.path().string()}), std::exception) << "a folder of that name is in the way";
}

// Each runs in a process of its own, where no test has pointed the log at a file.
TEST(LogDeathTest, WithoutAFileASecretIsKeptOutOfStandardErrorToo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto say = [] {
    redact("hunter2-token");
    info("feed", "using hunter2-token now");
    std::exit(0);
  };
  EXPECT_EXIT(say(), testing::ExitedWithCode(0), testing::AllOf(HasSubstr("using *** now"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace gw::log
