// Work for routing's thread, from another one.
#pragma once

#include <future>

#include "core/proxy/proxy.hpp"

namespace gw::app {

// Runs `task` on routing's thread and waits for its end. [any but routing]
template <class Task>
void on_routing(proxy::Proxy& proxy, const Task& task) {
  std::promise<void> done;
  proxy.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace gw::app
