// A thread's event loop. Whatever is ready on sockets, timers and from other threads runs first, then one step of work
// (ticks), and again: a client that connects never waits behind more than one step of ticks. Requests that take time
// have what time is left, and a part of it when none is.
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
  // Before run(): `rung` is called when the bell was, before the next step.
  void listen(bus::Doorbell& bell, std::function<void()> rung);
  // Until stop(). [the loop's own thread]
  void run();
  void stop();                            // [any]
  void post(std::function<void()> task);  // [any]
  // Again and again, `period()` nanoseconds after it has run. Before run().
  void every(std::function<std::int64_t()> period, std::function<void()> task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gw::event_loop
