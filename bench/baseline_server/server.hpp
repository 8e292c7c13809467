// The baseline of a fan-out: finds the clients of each symbol, copies each frame into their outputs, and hands each
// client a burst's frames in one write. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "baseline_server/frames.hpp"
#include "raw_sockets/sockets.hpp"

namespace bench {

struct ServerOptions {
  std::uint16_t port = 0;
  std::size_t clients = 1;     // updates begin once all are connected
  std::size_t per_client = 0;  // symbols of each client, spread evenly over all
  double updates_per_second = 0;
  bool stamped = false;  // frames carry the time for which they were planned
};

class Server final : public Sockets::Handler {
 public:
  Server(const ServerOptions& options, Frames& frames);

  std::uint16_t port() const { return sockets_.port(); }
  void run(const volatile bool& ending);

  void on_open(std::size_t number, int descriptor) override;
  void on_writable(std::size_t number) override;
  void on_end(std::size_t number) override;

 private:
  struct Client {
    int descriptor = -1;
    bool touched = false;  // has frames in this burst
    std::string output;
    std::size_t sent = 0;  // of the output
  };

  void burst(std::int64_t now);
  void append(std::size_t number, std::string_view frame);
  void write(std::size_t number);
  bool is_idle() const { return sockets_.open_count() < options_.clients || options_.per_client == 0; }
  std::int64_t wait_ns(std::int64_t now) const;

  const ServerOptions options_;
  Frames& frames_;
  std::vector<Client> clients_;
  std::vector<std::vector<std::size_t>> subscribers_;  // of each symbol
  std::vector<std::size_t> touched_;
  std::size_t max_updates_ = 1;  // of one burst
  std::size_t next_symbol_ = 0;
  std::int64_t planned_ns_ = 0;        // of the next update
  std::int64_t planned_burst_ns_ = 0;  // of the next burst
  Sockets sockets_;
};

}  // namespace bench
