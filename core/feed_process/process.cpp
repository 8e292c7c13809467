#include "core/feed_process/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace gw::feed_process {
namespace {

Error system_error(const char* what, int error) { return Error{std::string(what) + ": " + std::strerror(error)}; }

// Whether a sanitizer runs, which needs more memory than any limit allows.
constexpr bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

}  // namespace

Result<Process> Process::begin(const std::vector<std::string>& arguments, const std::vector<int>& descriptors) {
  int output[2];
  if (::pipe2(output, O_CLOEXEC) != 0) return system_error("pipe", errno);
  ::fcntl(output[0], F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDERR_FILENO);
  // Onto itself: the descriptor stays open in the new process.
  for (const int descriptor : descriptors) posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own: what a terminal sends to the gateway's group is not for it.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<char*> words;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(output[1]);
  if (error != 0) {
    ::close(output[0]);
    return system_error("its process cannot begin", error);
  }
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  return Process(pid, pidfd, output[0]);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      output_(std::exchange(other.output_, -1)),
      ended_(std::move(other.ended_)),
      ended_well_(other.ended_well_) {}

Process::~Process() {
  if (pid_ >= 0 && !ended()) {
    kill();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (pidfd_ >= 0) ::close(pidfd_);
  if (output_ >= 0) ::close(output_);
}

std::string Process::read_output() const {
  std::string text(16 * 1024, '\0');
  const ssize_t size = ::read(output_, text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

std::optional<std::string> Process::ended() {
  int status = 0;
  if (ended_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return ended_;
  if (WIFSIGNALED(status)) {
    const char* word = sigabbrev_np(WTERMSIG(status));
    ended_ = "ended by signal " + std::to_string(WTERMSIG(status)) +
             (word == nullptr ? "" : " (SIG" + std::string(word) + ")");
  } else {
    ended_ = "ended with status " + std::to_string(WEXITSTATUS(status));
    ended_well_ = WEXITSTATUS(status) == 0;
  }
  return ended_;
}

void Process::kill() const { ::kill(pid_, SIGKILL); }

void Process::settle_in(const std::vector<int>& descriptors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  std::vector<int> unknown;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    if (descriptor > STDERR_FILENO &&
        std::find(descriptors.begin(), descriptors.end(), descriptor) == descriptors.end())
      unknown.push_back(descriptor);
  }
  for (const int descriptor : unknown) ::close(descriptor);
  // What the plugin may start does not get them.
  for (const int descriptor : descriptors) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

void Process::limit(std::uint64_t memory, std::uint64_t descriptors) {
  const auto set = [](auto what, std::uint64_t most) {
    rlimit limit{};
    if (most == 0 || ::getrlimit(what, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_max, most);
    ::setrlimit(what, &limit);
  };
  if (!is_sanitized()) set(RLIMIT_DATA, memory);
  set(RLIMIT_NOFILE, descriptors);
}

}  // namespace gw::feed_process
