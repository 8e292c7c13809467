#include "apps/gateway/signals.hpp"

#include <csignal>

#include <pthread.h>

namespace gw::app {
namespace {

sigset_t ending() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = ending();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE,
              SIG_IGN);  // a peer that is gone is an error code, not the end of the gateway
}

void wait_for_end() {
  const sigset_t set = ending();
  int received = 0;
  sigwait(&set, &received);
}

}  // namespace gw::app
