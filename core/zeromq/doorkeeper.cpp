#include "core/zeromq/doorkeeper.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.h>

#include "core/base/clock.hpp"
#include "core/base/log_limit.hpp"

namespace gw::zeromq {
namespace {

constexpr char kHandler[] = "inproc://zeromq.zap.01";
constexpr char kMonitor[] = "inproc://subscribers";
constexpr char kDomain[] = "gateway";  // without one, libzmq asks nobody
// A connection that is older than this has shaken hands.
constexpr std::int64_t kShakenNs = (Doorkeeper::kHandshakeMs + 500) * std::int64_t{1'000'000};

log::Limited of_refusals("zeromq", "address");

// The parts of the next message; none: there is none.
std::vector<std::string> receive(void* socket) {
  std::vector<std::string> parts;
  zmq_msg_t part;
  zmq_msg_init(&part);
  while (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0) {
    parts.emplace_back(static_cast<const char*>(zmq_msg_data(&part)), zmq_msg_size(&part));
    if (zmq_msg_more(&part) == 0) break;
  }
  zmq_msg_close(&part);
  return parts;
}

void send(void* socket, std::string_view part, bool more) {
  zmq_send(socket, part.data(), part.size(), more ? ZMQ_SNDMORE : 0);
}

}  // namespace

Doorkeeper::Doorkeeper(void* context, void* socket, std::size_t max_subscribers)
    : max_subscribers_(max_subscribers),
      socket_(socket),
      requests_(zmq_socket(context, ZMQ_REP)),
      events_(zmq_socket(context, ZMQ_PAIR)) {
  const int no_linger = 0;
  for (void* own : {requests_, events_}) zmq_setsockopt(own, ZMQ_LINGER, &no_linger, sizeof no_linger);
  zmq_bind(requests_, kHandler);
  zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, kDomain, sizeof kDomain - 1);
  const int handshake = kHandshakeMs;
  zmq_setsockopt(socket, ZMQ_HANDSHAKE_IVL, &handshake, sizeof handshake);
  zmq_socket_monitor(socket, kMonitor, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
  zmq_connect(events_, kMonitor);
}

Doorkeeper::~Doorkeeper() {
  zmq_socket_monitor(socket_, nullptr, 0);
  zmq_close(events_);
  zmq_close(requests_);
}

// Those whose handshake must be over by now, and those of the others that were let in.
std::size_t Doorkeeper::subscribers(std::int64_t now) {
  while (!let_in_.empty() && now - let_in_.front() > kShakenNs) let_in_.pop_front();
  const auto shaken = static_cast<std::size_t>(
      std::count_if(open_.begin(), open_.end(), [now](const auto& one) { return now - one.second > kShakenNs; }));
  return shaken + std::min(let_in_.size(), open_.size() - shaken);
}

void Doorkeeper::answer_requests() {
  constexpr std::size_t kId = 1, kAddress = 3, kParts = 6;
  note_events();
  for (std::vector<std::string> asked = receive(requests_); !asked.empty(); asked = receive(requests_)) {
    const std::int64_t now = monotonic_ns();
    const bool is_good = asked.size() >= kParts && subscribers(now) < max_subscribers_;
    if (is_good) let_in_.push_back(now);
    if (!is_good && asked.size() > kAddress)
      of_refusals.warning(asked[kAddress], "a subscriber from " + asked[kAddress] +
                                               " is refused: zeromq.subscribers allows " +
                                               std::to_string(max_subscribers_) + "; it may try again");
    send(requests_, "1.0", true);
    send(requests_, asked.size() > kId ? asked[kId] : std::string(), true);
    send(requests_, is_good ? "200" : "300", true);  // 300: the peer closes and comes again
    send(requests_, is_good ? "" : "too many subscribers", true);
    send(requests_, "", true);
    send(requests_, "", false);
  }
}

void Doorkeeper::note_events() {
  for (std::vector<std::string> event = receive(events_); !event.empty(); event = receive(events_)) {
    if (event[0].size() < 6) continue;
    std::uint16_t kind = 0;
    std::int32_t descriptor = 0;
    std::memcpy(&kind, event[0].data(), sizeof kind);
    std::memcpy(&descriptor, event[0].data() + sizeof kind, sizeof descriptor);
    if (kind == ZMQ_EVENT_ACCEPTED) open_[descriptor] = monotonic_ns();
    if (kind == ZMQ_EVENT_DISCONNECTED) open_.erase(descriptor);
  }
}

}  // namespace gw::zeromq
