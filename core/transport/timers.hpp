// The numbered one-shot timers of one adapter. [feed]
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "core/transport/alarm.hpp"

namespace gw::transport {

class Timers {
 public:
  Timers(boost::asio::io_context& io, std::function<void(std::uint32_t id)> on_timer, AlarmMaker make = make_alarm);

  // Calls on_timer(id) once, no earlier than `after_ns` from now and never from inside set(); replaces a running one.
  void set(std::uint32_t id, std::int64_t after_ns);
  void cancel(std::uint32_t id);
  void cancel_all();

 private:
  boost::asio::io_context& io_;
  std::shared_ptr<std::function<void(std::uint32_t)>> on_timer_;  // lives through a timer that ends the Timers
  AlarmMaker make_;
  std::map<std::uint32_t, std::unique_ptr<Alarm>> alarms_;
};

}  // namespace gw::transport
