// The Unix socket beside the database: a JSON line in, a JSON line out. The gateway serves it on its control thread,
// the command line is its client. What a line means is the handler's business.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/result.hpp"
#include "core/control/peer.hpp"

namespace gw::control {

// A peer that is slow, idle or mute costs the others nothing: sockets are non-blocking, each conversation has a
// deadline, and the peer that has been idle for the longest makes place for a new one.
class ControlServer {
 public:
  // Answers one line with one line. [control]
  using Handler = Peer::Handler;

  // `periodic` runs every `period_ms` on the same thread. A socket that no gateway serves any more is replaced; if one
  // serves it, or if something that is no socket has its name, that is an error. A file that is removed later is made
  // anew within `period_ms`, and the log says so.
  static Result<std::unique_ptr<ControlServer>> open(const std::string& path, Handler handler,
                                                     std::function<void()> periodic, int period_ms);
  ~ControlServer();

 private:
  using Clock = Peer::Clock;
  struct Sockets {
    int listener, wake_read, wake_write;
  };

  ControlServer(Sockets sockets, std::string path, Handler handler, std::function<void()> periodic, int period_ms);
  void serve();
  void look_at_file();
  // What poll waits for at most, in milliseconds.
  int longest_wait() const;
  void serve_peers(const short* events);
  void accept_peer();
  int accept_with_spare();
  void close_late();

  Sockets sockets_;
  const std::string path_;
  const Handler handler_;
  const std::function<void()> periodic_;
  const std::chrono::milliseconds period_;
  unsigned long long inode_ = 0;  // of our socket's file: only this one is deleted at the end
  int spare_ = -1;                // given up to accept a peer when no other descriptor is free
  bool is_lost_ = false;          // no command reaches this gateway, as the log says
  bool is_full_ = false;          // no descriptor is free: nobody is accepted until the next periodic work
  std::vector<Peer> peers_;
  Clock::time_point next_;  // when the periodic work is due
  std::thread thread_;
};

// Sends one line and waits for the answer; the error says so when no gateway runs there, when this user may not ask it,
// or when it does not answer within `patience`. [any]
Result<std::string> ask(const std::string& path, std::string_view line,
                        std::chrono::milliseconds patience = std::chrono::seconds(10));
// Whether a gateway serves the socket, or may do so: another user's cannot be asked. [any]
bool is_served(const std::string& path);

}  // namespace gw::control
