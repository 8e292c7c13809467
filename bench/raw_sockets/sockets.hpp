// Accepts WebSocket clients on loopback and answers their upgrades; what they say afterwards is read and forgotten. It
// is what the benchmark's own servers have in common. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Sockets {
 public:
  // Clients have numbers: 0, 1, 2 and so on, in the order in which they connect.
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void on_open(std::size_t number, int descriptor) = 0;  // it has had its upgrade
    virtual void on_writable(std::size_t number) = 0;              // its socket takes more
    virtual void on_end(std::size_t number) = 0;                   // it is gone, and its descriptor closed
  };

  // `port` 0: any free one.
  Sockets(std::uint16_t port, Handler& handler);
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  ~Sockets();

  std::uint16_t port() const;
  std::size_t open_count() const { return open_; }
  // Tells the handler what has happened, and waits for something until `timeout_ns` is over.
  void poll(std::int64_t timeout_ns);
  // Ends a client that cannot be written to.
  void drop(std::size_t number);

 private:
  struct Client {
    int descriptor = -1;
    bool open = false;
    std::string request;
  };

  void accept_all();
  void read(std::size_t number);

  Handler& handler_;
  int listener_ = -1;
  int poll_ = -1;
  std::vector<Client> clients_;
  std::size_t open_ = 0;
};

}  // namespace bench
