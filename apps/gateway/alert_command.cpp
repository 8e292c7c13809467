#include "apps/gateway/alert_command.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gw::app {
namespace {

constexpr std::chrono::milliseconds kLook{20};

// The child must not inherit the gateway's sockets, blocked signals or process group.
class Spawning {
 public:
  Spawning() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Spawning() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  int begin(pid_t& child, const std::string& command, std::vector<std::string>& environment) {
    std::vector<char*> variables;
    for (std::string& variable : environment) variables.push_back(variable.data());
    variables.push_back(nullptr);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    return posix_spawn(&child, "/bin/sh", &actions_, &attributes_, arguments, variables.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<void> run_alert(const std::string& command, const std::vector<std::pair<std::string, std::string>>& variables,
                       std::chrono::seconds limit, const std::function<bool()>& is_wanted) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + '=' + value);
  for (char** variable = environ; *variable != nullptr; ++variable) environment.emplace_back(*variable);
  pid_t child = 0;
  if (const int problem = Spawning().begin(child, command, environment); problem != 0)
    return Error{std::string("/bin/sh: ") + std::strerror(problem)};
  const auto end = std::chrono::steady_clock::now() + limit;
  int status = 0;
  bool is_killed = false;
  for (pid_t ended = 0; ended == 0;) {
    ended = ::waitpid(child, &status, is_killed ? 0 : WNOHANG);
    if (ended < 0 && errno != EINTR) return Error{std::string("waitpid: ") + std::strerror(errno)};
    if (ended < 0) ended = 0;
    if (ended != 0) break;
    is_killed = std::chrono::steady_clock::now() >= end || !is_wanted();
    if (is_killed)
      ::kill(-child, SIGKILL);
    else
      std::this_thread::sleep_for(kLook);
  }
  if (is_killed) return Error{"it was killed after " + std::to_string(limit.count()) + " s"};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Error{WIFEXITED(status) ? "it ended with " + std::to_string(WEXITSTATUS(status))
                                 : "it ended by signal " + std::to_string(WTERMSIG(status))};
}

}  // namespace gw::app
