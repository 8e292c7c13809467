// Who holds a database is named right also in the moment in which the lock changes hands.
#include <filesystem>
#include <fstream>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/database/database_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::database {
namespace {

// A process that has ended; its number is nobody's.
pid_t ended_process() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return pid;
}

class Lock : public testing::Test {
 protected:
  ~Lock() override { ::close(descriptor_); }
  void held_with(const std::string& text) {
    std::ofstream(path_) << text;
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::flock(descriptor_, LOCK_EX), 0);
  }

  support::TemporaryFolder folder_;
  std::string database_ = folder_ / "gateway.db";
  std::string path_ = database_ + ".lock";
  int descriptor_ = -1;
};

TEST_F(Lock, IsNobodysWhenItsLastHolderHasEnded) {
  { ASSERT_TRUE(DatabaseLock::take(database_)); }
  EXPECT_EQ(DatabaseLock::holder(database_), "");
}

TEST_F(Lock, ALastHolderThatHasEndedIsNotNamed) {
  const std::string old = std::to_string(ended_process());
  held_with(old + "\n");
  EXPECT_EQ(DatabaseLock::holder(database_), "another process");
  const auto refused = DatabaseLock::take(database_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::Not(testing::HasSubstr(old)));
}

TEST_F(Lock, ItsHolderIsNamedThoughItWritesItsNumberAMomentLater) {
  held_with("");
  auto asked = std::async(std::launch::async, [this] { return DatabaseLock::holder(database_); });
  std::ofstream(path_) << ::getpid() << '\n';
  EXPECT_EQ(asked.get(), "process " + std::to_string(::getpid()));
}

}  // namespace
}  // namespace gw::database
