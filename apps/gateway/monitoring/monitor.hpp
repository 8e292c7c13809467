// Answers /metrics, /healthz and /readyz: decides who may ask, gathers what is asked for on a thread of its own, and
// answers everybody who asked meanwhile with it. The thread is "monitor".
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "apps/gateway/monitoring/observer.hpp"
#include "core/accounts/key_ring.hpp"
#include "core/websocket/connection.hpp"

namespace gw::app {

class Monitor {
 public:
  Monitor(proxy::Proxy& proxy, plugin_host::Feeds& feeds, Observer::Known known);
  ~Monitor() { stop(); }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  void start();
  // Answers the waiting requests with 503. After this the threads that it asks may end. [main]
  void stop();
  // Keys that may ask from now on. [main, then control]
  void set_keys(std::shared_ptr<const accounts::KeyRing> keys);
  // The control thread is alive. [control]
  void beat();
  // What each thread that serves did when it was asked; waits for a second at the most. [monitor, watchdog]
  std::vector<Observer::Sign> signs_of_life();
  // Answers a request that is no upgrade, at once or later. [shard]
  void answer(const websocket::HttpRequest& request, websocket::HttpReply reply);

 private:
  enum class Page : std::uint8_t { health, readiness, metrics };
  struct Asked {
    Page page;
    websocket::HttpReply reply;
  };
  // A page as it was gathered last.
  struct Made {
    websocket::HttpAnswer answer;
    std::int64_t at_ns = 0;  // monotonic; 0: never
  };

  void ask(Page page, websocket::HttpReply reply);
  void serve();
  websocket::HttpAnswer make(Page page);

  proxy::Proxy& proxy_;
  Observer observer_;
  const std::int64_t started_ns_;  // wall
  std::atomic<std::int64_t> beat_ns_{0};
  std::mutex mutex_;  // of what follows
  std::condition_variable asked_or_over_;
  std::shared_ptr<const accounts::KeyRing> keys_;
  std::vector<Asked> asked_;
  bool is_over_ = true;
  std::thread thread_;
};

}  // namespace gw::app
