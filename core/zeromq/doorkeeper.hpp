// Bounds how many subscribers a publishing socket has: it answers the socket's ZAP requests (RFC 27 of ZeroMQ), which
// come with each handshake, and watches connections come and go. A peer that never shakes hands is no subscriber, and
// libzmq drops it after kHandshakeMs. Thread: zeromq's, but for the constructor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

namespace gw::zeromq {

class Doorkeeper {
 public:
  static constexpr int kHandshakeMs = 2'000;

  // Before `socket` is bound. Both outlive this.
  Doorkeeper(void* context, void* socket, std::size_t max_subscribers);
  ~Doorkeeper();
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;

  // Sockets to be polled for input, and what is to be called then.
  void* requests() const { return requests_; }
  void* events() const { return events_; }
  void answer_requests();
  void note_events();

 private:
  std::size_t subscribers(std::int64_t now_ns);

  std::size_t max_subscribers_;
  void* socket_;
  void* requests_;                    // REP: handshakes
  void* events_;                      // PAIR: the socket's monitor
  std::map<int, std::int64_t> open_;  // connections by descriptor: since when
  std::deque<std::int64_t> let_in_;   // when subscribers were let in lately
};

}  // namespace gw::zeromq
