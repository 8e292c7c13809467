// Feeds systemd's watchdog for as long as every thread that serves does what is posted to it. When one does not, the
// watchdog is not fed, the log names the thread, and systemd starts the gateway anew. The thread is "watchdog".
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "apps/gateway/service/service_manager.hpp"

namespace gw::app {

class Watchdog {
 public:
  // Names of the threads that did not do a task in time; asks them and waits for a second at the most. [watchdog]
  using Silent = std::function<std::vector<std::string>()>;

  explicit Watchdog(const ServiceManager& manager) : manager_(manager) {}
  ~Watchdog() { stop(); }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Begins to ask, unless systemd does not watch. [main]
  void start(Silent silent);
  // Returns once nothing is asked any more. [main]
  void stop();

 private:
  void watch();
  void look();

  const ServiceManager& manager_;
  Silent silent_;
  std::vector<std::string> said_;  // the threads that the log has named last
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace gw::app
