#include "core/database/database_file.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/owner.hpp"

namespace gw::database {
namespace {

namespace fs = std::filesystem;

std::string lock_path(const std::string& database) { return real_path(database) + ".lock"; }

// 0: nobody has written a number, or the process of that number has ended.
pid_t living_process_in(int descriptor) {
  char text[32] = "";
  if (::pread(descriptor, text, sizeof text - 1, 0) <= 0) return 0;
  const auto pid = static_cast<pid_t>(std::strtol(text, nullptr, 10));
  return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM) ? pid : 0;
}

// Who has just taken the lock writes its number a moment later; until then the file is empty, or names the last holder.
std::string holder_named_in(int descriptor) {
  for (int looks = 0; looks < 100; ++looks) {
    if (const pid_t pid = living_process_in(descriptor); pid != 0) return "process " + std::to_string(pid);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return "another process";
}

}  // namespace

FileIdentity identity_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

std::string real_path(const std::string& path) {
  std::error_code ec;
  fs::path real = fs::absolute(path, ec);
  for (int links = 0; links < 16 && fs::is_symlink(real, ec); ++links)
    real = real.parent_path() / fs::read_symlink(real, ec);
  const fs::path canonical = fs::weakly_canonical(real, ec);
  return (ec ? real : canonical).string();
}

Result<void> check_file(const std::string& path) {
  if (!identity_of(path).exists()) return Error{"there is no database at " + path};
  if (::access(path.c_str(), R_OK | W_OK) == 0 || errno != EACCES) return {};
  return Error{"database " + path + ": no permission" + of_its_owner(path)};
}

Result<void> make_file(const std::string& path) {
  std::error_code ec;
  const fs::path folder = fs::path(real_path(path)).parent_path();
  if (!folder.empty() && !fs::exists(folder, ec)) {
    fs::create_directories(folder, ec);
    if (ec) return Error{"database: cannot make the folder " + folder.string() + ": " + ec.message()};
    fs::permissions(folder, fs::perms::owner_all, ec);
  }
  if (identity_of(path).exists()) return check_file(path);
  const int fresh = ::open(real_path(path).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fresh < 0 && errno == EACCES) return Error{"database " + path + ": no permission" + of_its_owner(path)};
  if (fresh < 0 && errno != EEXIST) return Error{"database " + path + ": " + std::strerror(errno)};
  if (fresh >= 0) ::close(fresh);
  return {};
}

Result<std::unique_ptr<DatabaseLock>> DatabaseLock::take(const std::string& database) {
  if (const auto made = make_file(database); !made) return made.error();
  const std::string path = lock_path(database);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return Error{"database lock " + path + ": " + std::strerror(errno)};
  std::unique_ptr<DatabaseLock> lock(new DatabaseLock(descriptor));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Error{"database lock " + path + ": " + std::strerror(errno)};
    return Error{"database " + database + ": another gateway holds it (" + holder_named_in(descriptor) +
                 "); stop that one, or set another database"};
  }
  const std::string text = std::to_string(::getpid()) + '\n';
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, text.data(), text.size(), 0) < 0)
    return Error{"database lock " + path + ": " + std::strerror(errno)};
  return lock;
}

std::string DatabaseLock::holder(const std::string& database) {
  const int descriptor = ::open(lock_path(database).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return {};
  std::string who;
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) who = holder_named_in(descriptor);
  ::close(descriptor);
  return who;
}

DatabaseLock::~DatabaseLock() { ::close(descriptor_); }

}  // namespace gw::database
