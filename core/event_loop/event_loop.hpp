// The event loop of a thread. Handlers of sockets, timers and tasks from other threads run first, then one step of work
// (ticks), and again: a client that connects never waits longer than one step of ticks takes. Bulk steps, which are
// parts of requests that take time, get the time that is left, and every fourth step when none is. Each thread that
// serves clients has one. [its own thread, but where a function says otherwise]
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/bus/doorbell.hpp"
#include "core/websocket/asio_fwd.hpp"

namespace gw::event_loop {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();

  boost::asio::io_context& io();
  // Before run(): `step` does a bounded piece of work; true when there is more.
  void add_work(std::function<bool()> step);
  void add_bulk(std::function<bool()> step);
  // Before run(): `rung` is called after the bell has rung, before the next step.
  void listen(bus::Doorbell& bell, std::function<void()> rung);
  // Runs until stop(). [the loop's own thread]
  void run();
  void stop();                            // [any]
  void post(std::function<void()> task);  // [any]
  // Before run(): `task` runs again and again, each time `period()` nanoseconds after the last.
  void every(std::function<std::int64_t()> period, std::function<void()> task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gw::event_loop
