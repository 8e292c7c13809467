// One conversation over the control socket: lines in, lines out, and a deadline. It never blocks. Thread: control.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace gw::control {

class Peer {
 public:
  using Clock = std::chrono::steady_clock;
  using Handler = std::function<std::string(std::string_view line)>;

  // Owns `fd`, a non-blocking socket.
  explicit Peer(int fd);
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&& other) noexcept;
  ~Peer();

  int fd() const { return fd_; }
  short events() const;      // what to poll for
  bool has_request() const;  // a whole line waits: serve() has work whatever poll says
  // The conversation is over at this time, unless a request comes first and its answer is taken.
  Clock::time_point deadline() const { return deadline_; }
  // Reads, answers and writes as far as the socket goes. False: the peer is gone, or its line is too long.
  bool serve(const Handler& handler);

 private:
  bool read();
  bool write();

  int fd_;
  std::string input_;
  std::string output_;
  Clock::time_point deadline_;
};

}  // namespace gw::control
