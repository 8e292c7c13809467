// WebSocket clients that authenticate, subscribe to one quote and count what they get, on a thread of their own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace bench {

class LocalClients {
 public:
  // Returns once all of them are subscribed. Throws when one of them is closed.
  LocalClients(std::size_t count, std::uint16_t port, const std::string& key, const std::string& symbol);
  ~LocalClients();
  LocalClients(const LocalClients&) = delete;
  LocalClients& operator=(const LocalClients&) = delete;

  // Waits until all of them together have got `updates` since the beginning. False: one of them was closed.
  bool wait_for(std::uint64_t updates) const;

 private:
  class Client;
  std::atomic<std::uint64_t> subscribed_{0};
  std::atomic<std::uint64_t> updates_{0};
  std::atomic<bool> closed_{false};
  boost::asio::io_context io_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::thread thread_;
};

}  // namespace bench
