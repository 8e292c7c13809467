#include "apps/gateway/signals.hpp"

#include <csignal>
#include <cstring>
#include <iterator>
#include <string>

#include <poll.h>
#include <pthread.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/log.hpp"
#include "core/base/log_limit.hpp"
#include "core/recording/recording_file.hpp"

namespace gw::app {
namespace {

constexpr std::int64_t kCrashWriteNs = 300'000'000;

// What would end a process that does not expect it, but for what says that the process itself is wrong (SIGSEGV and the
// like, and SIGABRT).
sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGALRM, SIGPROF, SIGVTALRM, SIGIO,
                           SIGPWR, SIGSTKFLT, SIGXCPU,
                           // A gateway that a terminal stops would keep its clients and tell them nothing.
                           SIGTSTP, SIGTTIN, SIGTTOU})
    sigaddset(&set, number);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) sigaddset(&set, number);
  return set;
}

std::string name_of(int number) {
  const char* word = sigabbrev_np(number);
  return word != nullptr ? std::string("SIG") + word : "signal " + std::to_string(number);
}

iovec piece(const char* text) { return {const_cast<char*>(text), std::strlen(text)}; }

void tell_meaningless(int number) {
  static log::Limited kind("gateway", "signal");
  const std::string name = name_of(number);
  kind.warning(name, name +
                         " means nothing here: the gateway goes on (SIGTERM ends it, SIGHUP has it read its "
                         "configuration again, SIGUSR1 has it open its log file again)");
}

// Puts nothing together that needs memory: it may be what is damaged.
void tell_end(int number) {
  const char* word = sigabbrev_np(number);
  const iovec parts[] = {piece("broker-gateway: ended by SIG"), piece(word == nullptr ? "?" : word), piece("\n")};
  pollfd out{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&out, 1, 0) == 1) static_cast<void>(!::writev(STDERR_FILENO, parts, std::size(parts)));
}

// Returning lets what crashed crash again, now as without a handler; a signal that was sent is sent again for that.
extern "C" void write_log(int number, siginfo_t* info, void*) {
  tell_end(number);
  log::drain(kCrashWriteNs);
  recording::drain(kCrashWriteNs);  // the last frame is the one that matters
  if (info->si_code <= 0) std::raise(number);
}

}  // namespace

void block_signals() {
  const sigset_t set = awaited();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code, not the end of the gateway
}

void ignore_file_size_limit() { std::signal(SIGXFSZ, SIG_IGN); }

// A sanitizer's own handler stays.
void write_log_on_crash() {
  struct sigaction once {};
  once.sa_sigaction = write_log;
  once.sa_flags = static_cast<int>(SA_RESETHAND | SA_SIGINFO);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP}) {
    struct sigaction before {};
    if (sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_DFL) sigaction(number, &once, nullptr);
  }
}

Asked wait_for_signal() {
  const sigset_t set = awaited();
  for (;;) {
    int received = 0;
    if (sigwait(&set, &received) != 0) continue;
    switch (received) {
      case SIGTERM:
      case SIGINT:
        return Asked::to_end;
      case SIGHUP:
        return Asked::to_reload;
      case SIGUSR1:
        return Asked::to_reopen_log;
      default:
        tell_meaningless(received);
    }
  }
}

}  // namespace gw::app
