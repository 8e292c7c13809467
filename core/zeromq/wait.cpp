#include "core/zeromq/wait.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include <poll.h>
#include <zmq.h>

namespace gw::zeromq {
namespace {

constexpr std::chrono::milliseconds kPause{10};

int descriptor_of(void* socket) {
  int descriptor = -1;
  std::size_t size = sizeof descriptor;
  zmq_getsockopt(socket, ZMQ_FD, &descriptor, &size);
  return descriptor;
}

}  // namespace

bool has_input(void* socket) {
  int events = 0;
  std::size_t size = sizeof events;
  return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

// A socket's descriptor tells of changes only, so that its state is asked for before each sleep.
void wait_for_input(int bell, std::span<void* const> sockets, bool more) {
  std::vector<pollfd> watched{{bell, POLLIN, 0}};
  for (void* socket : sockets) watched.push_back({descriptor_of(socket), POLLIN, 0});
  const bool is_ready = more || std::ranges::any_of(sockets, has_input);
  if (::poll(watched.data(), watched.size(), is_ready ? 0 : -1) < 0 && errno != EINTR)
    std::this_thread::sleep_for(kPause);
}

}  // namespace gw::zeromq
