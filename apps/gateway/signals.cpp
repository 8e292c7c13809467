#include "apps/gateway/signals.hpp"

#include <csignal>

#include <pthread.h>

namespace gw::app {
namespace {

sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = awaited();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE,
              SIG_IGN);  // a peer that is gone is an error code, not the end of the gateway
}

Asked wait_for_signal() {
  const sigset_t set = awaited();
  int received = 0;
  sigwait(&set, &received);
  return received == SIGHUP ? Asked::to_reload : Asked::to_end;
}

}  // namespace gw::app
