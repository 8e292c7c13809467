// The least that a server must do for a fan-out: find who gets what, and hand each client a burst's frames in one
// write.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frames.hpp"

namespace bench {

struct ServerOptions {
  std::uint16_t port = 0;
  std::size_t clients = 1;     // updates begin once so many are there
  std::size_t per_client = 0;  // symbols of each client, spread evenly over all
  double updates_per_second = 0;
  bool stamped = false;  // frames say for when they were planned
};

class Server {
 public:
  Server(const ServerOptions& options, Frames& frames);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  std::uint16_t port() const;
  void run(const volatile bool& ending);

 private:
  struct Connection {
    int descriptor = -1;
    bool open = false;     // upgraded
    bool touched = false;  // has frames in this burst
    std::string request;
    std::string output;
    std::size_t sent = 0;  // of the output
  };

  void accept_all();
  void read(std::size_t number);
  void subscribe(std::size_t number);
  void drop(std::size_t number);
  void burst(std::int64_t now);
  void append(std::size_t number, std::string_view frame);
  void write(std::size_t number);
  bool is_idle() const { return open_ < options_.clients || options_.per_client == 0; }
  std::int64_t wait_ns(std::int64_t now) const;

  const ServerOptions options_;
  Frames& frames_;
  int listener_ = -1;
  int poll_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::vector<std::size_t>> subscribers_;  // of each symbol
  std::vector<std::size_t> touched_;
  std::size_t open_ = 0;
  std::size_t most_updates_ = 1;  // of one burst
  std::size_t next_symbol_ = 0;
  std::int64_t due_ns_ = 0;      // of the next update
  std::int64_t planned_ns_ = 0;  // of the next burst
};

}  // namespace bench
