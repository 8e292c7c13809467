// Writes one and the same buffer to all clients in turn, as fast as their sockets take it: no updates, no
// subscriptions, nothing that differs from client to client but how much of the buffer is left. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "raw_sockets/sockets.hpp"

namespace bench {

class Writer final : public Sockets::Handler {
 public:
  // Begins once `clients` are there, with `bytes` in a write.
  Writer(std::size_t clients, std::size_t bytes);

  std::uint16_t port() const { return sockets_.port(); }
  void run(const volatile bool& ending);

  void on_open(std::size_t number, int descriptor) override;
  void on_writable(std::size_t number) override;
  void on_end(std::size_t number) override;

 private:
  struct Client {
    int descriptor = -1;
    std::size_t sent = 0;  // of the buffer
    bool ready = false;    // in ready_
  };

  bool write(std::size_t number);

  const std::size_t expected_clients_;
  const std::string buffer_;
  std::vector<Client> clients_;
  std::vector<std::size_t> ready_;  // clients whose sockets may take more
  Sockets sockets_;
};

}  // namespace bench
