// Asks the threads of a running gateway for what they know. Each does its part when it comes to it; whoever asks waits
// for a second at the most, and no serving thread waits for anybody.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "apps/gateway/monitoring/observation.hpp"
#include "core/plugin_host/feeds.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class Observer {
 public:
  // What no thread needs to be asked for. [any]
  struct Known {
    std::function<std::string()> database_problem;  // what is wrong with it; empty: nothing
    std::function<LoginCountsByBroker()> logins;
  };
  // All outlive this, and their threads the last call.
  Observer(proxy::Proxy& proxy, plugin_host::Feeds& feeds, Known known)
      : proxy_(proxy), feeds_(feeds), known_(std::move(known)) {}

  // What was known within a second. [any but the threads that are asked]
  Observation observe();
  // A thread, and whether it did a task within a second.
  struct Sign {
    std::string thread;
    bool is_alive;
  };
  std::vector<Sign> signs_of_life();  // [any but the threads that are asked]

 private:
  proxy::Proxy& proxy_;
  plugin_host::Feeds& feeds_;
  const Known known_;
};

}  // namespace gw::app
