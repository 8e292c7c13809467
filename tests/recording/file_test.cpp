#include "core/recording/recording_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/seconds.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::recording {
namespace {

using support::kSecond;
using testing::HasSubstr;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Why a recording ended, from whichever thread said so.
class Ending {
 public:
  RecordingFile::OnEnd listener() {
    return [this](const std::string& why) {
      const std::lock_guard lock(mutex_);
      why_ += (why_.empty() ? "" : " | ") + why;
    };
  }
  std::string why() {
    const std::lock_guard lock(mutex_);
    return why_;
  }
  std::string wait() {
    while (why().empty()) std::this_thread::yield();
    return why();
  }

 private:
  std::mutex mutex_;
  std::string why_;
};

TEST(RecordingFileTest, HasAllThatWasWrittenInItsOrder) {
  const support::TemporaryFolder folder;
  Ending ending;
  std::string path, expected;
  {
    auto file = RecordingFile::create(folder.path().string(), "acme", 1'764'000'000 * kSecond, ending.listener());
    ASSERT_TRUE(file) << file.error().message;
    path = (*file)->path();
    for (int i = 0; i < 200'000; ++i) {
      const std::string record = "record " + std::to_string(i) + '\n';
      (*file)->write(record);
      expected += record;
    }
  }
  drain(20 * kSecond);
  EXPECT_EQ(read(path), expected);
  EXPECT_EQ(ending.why(), "");
  EXPECT_EQ(path, folder / "acme-20251124T160000000Z-1.bgwrec");
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
}

TEST(RecordingFileTest, OfOneMomentHaveNamesOfTheirOwn) {
  const support::TemporaryFolder folder;
  const auto first = RecordingFile::create(folder.path().string(), "acme", 0, {});
  const auto second = RecordingFile::create(folder.path().string(), "acme", 0, {});
  EXPECT_NE((*first)->path(), (*second)->path());
}

TEST(RecordingFileTest, CannotBeMadeWhereThereIsNoFolder) {
  const auto made = RecordingFile::create("/nowhere", "acme", 0, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "/nowhere/acme-19700101T000000000Z-1.bgwrec: No such file or directory");
}

TEST(RecordingFileTest, AFullDiskEndsItOnce) {
  Ending ending;
  RecordingFile file(Descriptor::append_to("/dev/full"), "", ending.listener());
  file.write("one");
  EXPECT_EQ(ending.wait(), "No space left on device");
  for (int i = 0; i < 100; ++i) file.write(std::string(1 << 20, 'x'));
  drain(20 * kSecond);
  EXPECT_EQ(ending.why(), "No space left on device");
}

TEST(RecordingFileTest, ADiskThatIsNearlyFullIsLeftToOthers) {
  const support::TemporaryFolder folder;
  Ending ending;
  const std::string path = folder / "x.bgwrec";
  RecordingFile file(Descriptor::create(path), path, ending.listener(), {.waiting = 1 << 20, .free_space = ~0ULL});
  file.write("one");
  EXPECT_THAT(ending.wait(), HasSubstr("MiB left, and a recording leaves"));
  EXPECT_EQ(read(path), "");
}

// Nobody reads this pipe: a disk that takes nothing more. The writer of records does not notice, and whole records are
// all that a reader finds.
TEST(RecordingFileTest, ASlowDiskEndsItAndNobodyWaits) {
  const support::TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  Ending ending;
  const std::string record = std::string(999, 'x') + '\n';
  {
    RecordingFile file(Descriptor::append_to(path), "", ending.listener(), {.waiting = 1 << 20, .free_space = 0});
    while (ending.why().empty()) file.write(record);
    EXPECT_THAT(ending.why(), HasSubstr("the disk takes less than is recorded: 1,0"));
    file.write(record);
  }
  ::fcntl(reader, F_SETFL, 0);
  std::string all;
  char piece[65536];
  for (ssize_t got = ::read(reader, piece, sizeof piece); got > 0; got = ::read(reader, piece, sizeof piece))
    all.append(piece, static_cast<std::size_t>(got));
  ::close(reader);
  EXPECT_EQ(all.size() % record.size(), 0U);
  EXPECT_GT(all.size(), 1'000'000U);
}

}  // namespace
}  // namespace gw::recording
