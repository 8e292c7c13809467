// Everything between an adapter and the clients' sockets, as the gateway puts it together, in the benchmark's process:
// one broker, whose instruments S0, S1 and so on have quotes, and a key that is good. The benchmark's thread is the
// adapter's, and routing's too as long as it has not called start().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "bench/tick_path/sample.hpp"
#include "core/bus/channel.hpp"
#include "core/proxy/proxy.hpp"

namespace bench {

class LocalGateway {
 public:
  static constexpr const char* kKey = "key";

  explicit LocalGateway(std::uint32_t instruments);
  ~LocalGateway();
  LocalGateway(const LocalGateway&) = delete;
  LocalGateway& operator=(const LocalGateway&) = delete;

  static std::string symbol(std::uint32_t number) { return "S" + std::to_string(number); }
  gw::routing::Router& router() { return proxy_.router(); }

  // Serves clients on a thread of its own from now on, which is routing's.
  void start();
  std::uint16_t port() const { return port_; }
  // Runs `task` on routing's thread, between two turns, and waits for its end. What it has published is written to the
  // clients' sockets after that.
  void run_between_turns(const std::function<void()>& task);

  // The client, of which there must be one, subscribes to all of these instruments and unsubscribes. [routing's thread]
  void hold_for_a_while(std::uint32_t instruments);
  // The adapter's part of a tick. [routing's thread, where start() was called]
  void put(std::uint32_t instrument);
  // Takes `count` ticks and publishes them. [routing's thread, where start() was called]
  void take(std::size_t count) { router().drain(count); }

 private:
  Sample sample_;
  gw::bus::Doorbell bell_;
  gw::bus::Channel channel_{1 << 22, 1 << 22, bell_};
  gw::proxy::Proxy proxy_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace bench
