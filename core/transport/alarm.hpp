// What timers are made of: production's go by the machine's time, a test's by its own. [feed]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/websocket/asio_fwd.hpp"

namespace gw::transport {

class Alarm {
 public:
  virtual ~Alarm() = default;  // also while it rings
  // Rings once, no earlier than `after_ns` from now and never from inside set(); replaces a running one.
  virtual void set(std::int64_t after_ns) = 0;
  virtual void cancel() = 0;
};

using AlarmMaker = std::function<std::unique_ptr<Alarm>(boost::asio::io_context& io, std::function<void()> ring)>;

// An alarm that the event loop rings.
std::unique_ptr<Alarm> make_alarm(boost::asio::io_context& io, std::function<void()> ring);

}  // namespace gw::transport
