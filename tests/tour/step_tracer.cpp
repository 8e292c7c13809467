// For the test of the tour: runs a program, and when asked single-steps some of its threads and writes where each of
// them stands after every step. tests/tour/steps.py finds the source lines.
//
//   step_tracer FILE THREADS COMMAND…
//
// THREADS are names of threads, with commas between them; each of them sleeps in epoll_wait when it has nothing to do.
// A thread of the same name that sleeps elsewhere all the time (Asio's resolver) is let sleep.
// FILE.skip, if it is there, has addresses of functions, 64 bits each. These run without steps, with all that they
// call. SIGUSR1: steps them, and says "step_tracer: stepping" once each has been asleep. What it does from then on is
// written. SIGUSR2: says "step_tracer: written" once each has been asleep again, and leaves them alone. FILE has the
// steps. SIGTERM and SIGINT go to the program. Ends with its exit status.
#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <unordered_set>

namespace {

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "step_tracer: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(99);
}

void say(const char* what) {
  std::printf("step_tracer: %s\n", what);
  std::fflush(stdout);
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Tracer {
 public:
  Tracer(pid_t program, std::string file, const std::string& names)
      : tasks_("/proc/" + std::to_string(program) + "/task/"), file_(std::move(file)), names_("," + names + ",") {}

  void begin() {
    if (!threads_.empty()) return;
    const std::string skip = text_of(file_ + ".skip");
    skip_.clear();
    for (std::size_t at = 0; at + sizeof(std::uint64_t) <= skip.size(); at += sizeof(std::uint64_t)) {
      std::uint64_t address = 0;
      std::memcpy(&address, skip.data() + at, sizeof address);
      skip_.insert(address);
    }
    out_ = std::fopen(file_.c_str(), "wb");
    if (out_ == nullptr) give_up(file_);
    DIR* folder = opendir(tasks_.c_str());
    if (folder == nullptr) give_up(tasks_);
    while (const dirent* entry = readdir(folder)) {
      std::string name = text_of(tasks_ + entry->d_name + "/comm");
      if (name.empty()) continue;
      name.back() = ',';  // it was the line's end
      if (names_.find("," + name) == std::string::npos) continue;
      const auto thread = static_cast<pid_t>(std::atoi(entry->d_name));
      if (ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) {
        say("may not trace");
        give_up("ptrace");
      }
      ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
      threads_[thread] = {};
    }
    closedir(folder);
    aim_ = Part::written;
  }

  void end() { aim_ = Part::after; }

  // What a wait said of a thread.
  void on_change(pid_t thread, int status) {
    if (!WIFSTOPPED(status)) {
      threads_.erase(thread);
      return;
    }
    Thread& state = threads_[thread];
    const bool is_trap = WSTOPSIG(status) == SIGTRAP;
    if (is_trap && status >> 16 == 0) on_step(thread, state);
    state.is_stepped = true;
    ptrace(state.is_skipping ? PTRACE_CONT : PTRACE_SINGLESTEP, thread, nullptr,
           as_pointer(is_trap ? 0 : WSTOPSIG(status)));
  }

  bool is_waiting() const { return aim_ != reached_; }

  // To be called when nothing more is known of any thread.
  void look() {
    if (!is_waiting()) return;
    bool all = true;
    for (auto& [thread, state] : threads_) {
      if (state.part != aim_ && is_asleep(thread, state)) {
        state.part = aim_;
        if (aim_ == Part::after) leave(thread);
      }
      all = all && state.part == aim_;
    }
    if (!all) return;
    reached_ = aim_;
    if (aim_ == Part::after) {
      threads_.clear();
      aim_ = reached_ = Part::before;
      std::fclose(out_);
      return say("written");
    }
    say("stepping");
  }

 private:
  enum class Part { before, written, after };
  struct Thread {
    Part part = Part::before;
    std::uint64_t rax = 0;  // after its last step: the number of the system call that it sleeps in
    bool is_stepped = false;
    bool is_skipping = false;
    bool has_moved = false;  // not where it slept when it was found
  };

  static void* as_pointer(int signal) { return reinterpret_cast<void*>(static_cast<std::intptr_t>(signal)); }

  void on_step(pid_t thread, Thread& state) {
    user_regs_struct registers{};
    if (ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return;
    state.rax = registers.rax;
    state.has_moved = true;
    if (state.is_skipping) watch(thread, 0, state);
    if (state.part == Part::written) {
      const std::uint64_t step[3] = {static_cast<std::uint64_t>(thread), registers.rip, registers.rsp};
      std::fwrite(step, sizeof step, 1, out_);
    }
    if (skip_.contains(registers.rip))
      watch(thread, static_cast<std::uint64_t>(ptrace(PTRACE_PEEKDATA, thread, registers.rsp, nullptr)), state);
  }

  bool is_asleep(pid_t thread, const Thread& state) const {
    if (!state.is_stepped || (state.has_moved && state.rax != SYS_epoll_wait)) return false;
    const std::string stat = text_of(tasks_ + std::to_string(thread) + "/stat");
    const std::size_t name_end = stat.rfind(") ");
    return name_end != std::string::npos && stat[name_end + 2] == 'S';
  }

  // Lets the thread run until it is at `address`, by a breakpoint of the processor; 0: no longer. Where there is no
  // such breakpoint, it is stepped as before.
  static void watch(pid_t thread, std::uint64_t address, Thread& state) {
    const auto set = [thread](std::size_t number, std::uint64_t value) {
      return ptrace(PTRACE_POKEUSER, thread, offsetof(struct user, u_debugreg) + number * sizeof(long), value) == 0;
    };
    state.is_skipping = address != 0 && set(0, address) && set(7, 1);
    if (address == 0) set(7, 0);
    if (state.is_skipping) state.rax = 0;
  }

  // It sleeps.
  void leave(pid_t thread) const {
    ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
    int status = 0;
    while (waitpid(thread, &status, __WALL) > 0 && WIFSTOPPED(status)) {
      const int signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
      // The trap of its last step may still wait behind this stop. Untraced, the program would die of it.
      const bool is_last = !has_trap(thread);
      ptrace(is_last ? PTRACE_DETACH : PTRACE_CONT, thread, nullptr, as_pointer(signal));
      if (is_last) break;
    }
  }

  bool has_trap(pid_t thread) const {
    const std::string status = text_of(tasks_ + std::to_string(thread) + "/status");
    const std::size_t at = status.find("SigPnd:");
    return at != std::string::npos && (std::stoull(status.substr(at + 7), nullptr, 16) >> (SIGTRAP - 1) & 1) != 0;
  }

  const std::string tasks_;
  const std::string file_;
  const std::string names_;
  std::FILE* out_ = nullptr;
  std::unordered_set<std::uint64_t> skip_;
  std::map<pid_t, Thread> threads_;
  Part aim_ = Part::before;
  Part reached_ = Part::before;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  sigset_t mine;
  sigemptyset(&mine);
  for (const int signal : {SIGCHLD, SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) sigaddset(&mine, signal);
  sigset_t before;
  sigprocmask(SIG_BLOCK, &mine, &before);
  const pid_t program = fork();
  if (program == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    execv(argv[3], argv + 3);
    give_up(argv[3]);
  }
  if (program < 0) give_up("fork");
  Tracer tracer(program, argv[1], argv[2]);
  for (;;) {
    int status = 0;
    while (const pid_t thread = waitpid(-1, &status, __WALL | WNOHANG)) {
      if (thread < 0) give_up("wait");
      if (thread == program && WIFEXITED(status)) return WEXITSTATUS(status);
      if (thread == program && WIFSIGNALED(status)) return 128 + WTERMSIG(status);
      tracer.on_change(thread, status);
    }
    tracer.look();
    // Falling asleep is no signal, so it is looked for every millisecond.
    const timespec pause{tracer.is_waiting() ? 0 : 3600, 1'000'000};
    switch (const int signal = sigtimedwait(&mine, nullptr, &pause)) {
      case SIGUSR1:
        tracer.begin();
        break;
      case SIGUSR2:
        tracer.end();
        break;
      case SIGTERM:
      case SIGINT:
        kill(program, signal);
        break;
      default:
        break;  // a thread, the time, or a signal that cannot be waited for
    }
  }
}
