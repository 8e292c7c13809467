#include "core/feed_process/process.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>

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

namespace fs = std::filesystem;

constexpr const char* kMark = "BROKER_GATEWAY_PROCESS";

Error system_error(const std::string& what, int error) { return Error{what + ": " + std::strerror(error)}; }

// Whether a sanitizer runs, which needs more memory than any limit allows.
constexpr bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

// One that no other process of this machine has at the same time.
std::string make_mark() {
  static std::atomic<std::uint64_t> last{0};
  return std::string(kMark) + '=' + std::to_string(::getpid()) + '.' + std::to_string(++last);
}

// This process's variables, with the mark instead of one that it may have itself.
std::vector<char*> with_mark(std::string& mark) {
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (std::strncmp(*variable, kMark, std::strlen(kMark)) != 0) variables.push_back(*variable);
  variables.push_back(mark.data());
  variables.push_back(nullptr);
  return variables;
}

// Whether the process has the mark in the environment that it, or what it was forked from, began with.
bool has_mark(const fs::path& process, const std::string& mark) {
  std::ifstream in(process / "environ", std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return ('\0' + all).find('\0' + mark + '\0') != std::string::npos;
}

template <class Resource>
Result<void> set_limit(const char* name, Resource resource, rlim_t most) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_max, most);
    if (::setrlimit(resource, &limit) == 0) return {};
  }
  return system_error("the limit of its " + std::string(name) + " cannot be set to " + std::to_string(most), errno);
}

// Without memory nothing can be put together here.
[[noreturn]] void say_that_memory_is_out() {
  constexpr char kText[] = "out of memory, as plugins.memory_limit allows no more: this process ends\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
  std::abort();
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
  // A group of its own: what a terminal sends to the gateway's group is not for it, and it ends with all that it
  // begins.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<char*> words;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  std::string mark = make_mark();
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, words.data(), with_mark(mark).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(output[1]);
  if (error != 0) {
    ::close(output[0]);
    return system_error("its process cannot begin", error);
  }
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  return Process(pid, pidfd, output[0], std::move(mark));
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      output_(std::exchange(other.output_, -1)),
      mark_(std::move(other.mark_)),
      ended_(std::move(other.ended_)) {}

Process::~Process() {
  if (pid_ >= 0 && !ended()) {
    kill();
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    ended();
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
  if (ended_) return ended_;
  siginfo_t info{};
  // Not waited for yet: until then nobody else gets its number, nor that of its group.
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != pid_)
    return std::nullopt;
  end_what_it_left();
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  if (WIFSIGNALED(status)) {
    const char* word = sigabbrev_np(WTERMSIG(status));
    ended_ = "ended by signal " + std::to_string(WTERMSIG(status)) +
             (word == nullptr ? "" : " (SIG" + std::string(word) + ")");
  } else {
    ended_ = "ended with status " + std::to_string(WEXITSTATUS(status));
  }
  return ended_;
}

// By its group, and by the mark where somebody has left the group. Again, while what is being killed begins others.
void Process::end_what_it_left() const {
  constexpr int kRounds = 10;
  ::kill(-pid_, SIGKILL);
  for (int round = 0; round < kRounds; ++round) {
    bool is_clean = true;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator("/proc", failed)) {
      const int number = std::atoi(entry.path().filename().c_str());
      if (number <= 1 || number == pid_ || !has_mark(entry.path(), mark_)) continue;
      ::kill(number, SIGKILL);
      is_clean = false;
    }
    if (is_clean) return;
  }
}

void Process::kill() const { ::kill(pid_, SIGKILL); }

Result<void> Process::settle_in(const std::vector<int>& descriptors) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return system_error("PR_SET_PDEATHSIG", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return system_error("PR_SET_NO_NEW_PRIVS", errno);
  std::vector<int> unknown;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    if (descriptor > STDERR_FILENO &&
        std::find(descriptors.begin(), descriptors.end(), descriptor) == descriptors.end())
      unknown.push_back(descriptor);
  }
  for (const int descriptor : unknown) ::close(descriptor);
  // What the plugin may start does not get them.
  for (const int descriptor : descriptors) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return {};
}

Result<void> Process::limit(const Limits& limits) {
  if (limits.memory != 0 && !is_sanitized()) {
    if (auto set = set_limit("memory", RLIMIT_DATA, limits.memory); !set) return set;
    std::set_new_handler(say_that_memory_is_out);
  }
  if (auto set = set_limit("core dumps", RLIMIT_CORE, limits.core_dump); !set) return set;
  return limits.descriptors == 0 ? Result<void>{} : set_limit("descriptors", RLIMIT_NOFILE, limits.descriptors);
}

}  // namespace gw::feed_process
