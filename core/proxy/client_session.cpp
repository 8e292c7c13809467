// Tick path, stop 6 of 6. Previous: core/routing/router_updates.cpp.
#include "core/proxy/client_session.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/protocol/answers.hpp"
#include "core/proxy/desk.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {
namespace {

constexpr int kBadAuthentication = 4401;
constexpr int kDoesNotRead = 4000;
constexpr int kTooMany = 4429;
constexpr std::string_view kStrangers = "too many connections: limits.unauthenticated_connections";
// Requests that the desk has not answered yet. Above it nothing is read from the client.
constexpr std::size_t kMostAsked = 1 << 20;
// So many bytes more of a request take as long as one more request.
constexpr std::size_t kBytesOfOne = 512;
// What one that is not authenticated may cost: its message is parsed before anybody knows it, and its pings answered.
constexpr std::size_t kStrangersMessage = 16 * 1024;
constexpr std::size_t kStrangersBacklog = 64 * 1024;
constexpr admission::RateLimit kStrangersPace{10, 100};
// What a short request that may take long counts as where only little is begun.
constexpr std::size_t kLong = admission::RequestRate::kModest + 1;
constexpr std::int64_t kTooFastForNs = 5'000'000'000;
constexpr std::size_t kLargestAnswer = 8 << 20;

bool takes_long(protocol::Action action) {
  return action == protocol::Action::list || action == protocol::Action::search ||
         action == protocol::Action::unsubscribe_all;
}

// Memory, not bytes as they came: three of an empty entry become hundreds.
std::size_t weight(const protocol::Request& request, std::size_t payload) {
  return payload + sizeof request + request.entries.size() * sizeof(protocol::Entry);
}

}  // namespace

ClientSession::ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket,
                             const websocket::ServerOptions& options, std::shared_ptr<admission::ConnectionSlot> place)
    : shard_(shard),
      connection_(websocket::Connection::accept(std::move(socket), options, *this, place)),
      id_(id),
      opened_ns_(monotonic_ns()),
      place_(std::move(place)) {
  place_->on_evict([&shard, id, weak = std::weak_ptr(place_)] {
    shard.loop().post([&shard, id, weak] {
      ClientSession* session = shard.find(id);  // or another that has the slot by now
      if (session != nullptr && session->place_ == weak.lock()) session->give_way();
    });
  });
}

ClientSession::~ClientSession() = default;

std::string ClientSession::describe() const {
  std::string text = "client " + std::to_string(id_) + " (" + connection_->remote_address();
  if (admitted_) text += ", user " + user_;
  return text + ')';
}

void ClientSession::deliver_late(routing::TopicId topic, websocket::SharedFrame frame, std::uint32_t updates) noexcept {
  if (closing_ || frame.size == 0) {
    lost_ += updates;
  } else if (behind_ == nullptr && makes_room() && connection_->output().share(frame, shard_.backlog_limit())) {
    conflated_ += updates - 1;
    shard_.touch(*this);
  } else {
    fall_late(topic, updates);
  }
}

// A client is behind when its socket takes no more, not when a turn had much for it.
bool ClientSession::makes_room() {
  if (connection_->backlog() == 0) return false;
  connection_->flush();
  return true;
}

void ClientSession::admit(bool extras, std::string_view user, std::int64_t key) {
  admitted_ = true;
  connection_->limit_messages(shard_.options().message_size);
  pace_ = admission::RequestRate(place_->authenticated(key));
  too_fast_ = false;
  extras_ = extras;
  user_ = user;
}

// Answers are not refused for want of room: what asks for them is not read while there is little. What is left is the
// largest answer and notices, which come seldom.
void ClientSession::send(std::string_view json) {
  if (closing_) return;
  if (connection_->backlog() > shard_.options().output_per_client + kLargestAnswer) {
    log::warning("proxy", describe() + " does not read what it is told, closed with 4000");
    end(kDoesNotRead, "output full", true);
    return;
  }
  connection_->send(websocket::Opcode::text, json);
  shard_.answered(*this);
}

void ClientSession::request_done(std::size_t bytes, std::size_t more) {
  asked_bytes_ -= bytes;
  if (more != 0) took(monotonic_ns(), more);
  pace_reading();
}

admission::RateLimit ClientSession::pace_limits() const {
  const admission::RateLimit& limits = shard_.options().pace;
  if (admitted_) return limits;
  return {std::min(limits.per_second, kStrangersPace.per_second), std::min(limits.burst, kStrangersPace.burst)};
}

void ClientSession::took(std::int64_t now, std::size_t count) {
  too_fast_ = !pace_.take(pace_limits(), now, count) || too_fast_;
}

// Not being read is all that happens to who asks too fast, unless it never stops.
void ClientSession::look_at_pace(std::int64_t now) {
  const admission::RateLimit limits = pace_limits();
  if (pace_.is_exceeded_for(kTooFastForNs, now)) {
    log::warning("proxy", describe() + " sends more than limits.requests_per_second: it is read more slowly");
    send(protocol::error("RATE_LIMITED",
                         "More than " + std::to_string(limits.per_second) + " requests per second, or " +
                             std::to_string(admission::SharedRate::kConnections) +
                             " times as many with all of its key: they wait. Send fewer, or several symbols in one"));
  }
  if (held_ != 0) begin_held(now);
  if (held_ == 0) too_fast_ = !pace_.is_within(limits, now);
  pace_reading();
}

void ClientSession::pace_reading() {
  if (closing_) return;
  const std::size_t most_asked = admitted_ ? kMostAsked : 0;
  const std::size_t most_unsent = admitted_ ? shard_.options().output_per_client / 2 : kStrangersBacklog;
  const bool pause =
      too_fast_ || large_ != nullptr || asked_bytes_ > most_asked || connection_->backlog() > most_unsent;
  if (pause == paused_) return;
  paused_ = pause;
  connection_->pause_reading(pause);
}

void ClientSession::close(int code, std::string_view reason) { end(code, reason, false); }

void ClientSession::give_way() {
  if (admitted_ || gone_) return;
  connection_->close(kTooMany, kStrangers);
  connection_->flush();
  on_closed({kTooMany, 0, {}, std::string(kStrangers)});
}

// From here on the desk owes it nothing but the end.
void ClientSession::end(int code, std::string_view reason, bool lingers) {
  if (closing_) return;
  closing_ = true;
  lose_all();
  if (known_) shard_.to_desk([id = id_, lingers](Desk& desk) { desk.leaving(id, lingers); });
  if (code == kDoesNotRead)
    connection_->drop_and_close(code, reason);
  else
    connection_->close(code, reason);
  shard_.touch(*this);
}

void ClientSession::sweep(std::int64_t now) {
  if (closing_) return;
  const ShardOptions& o = shard_.options();
  if (paused_ && connection_->hung_up()) return on_closed({1006, 0, {}, "it hung up while it was not read"});
  if (too_fast_) look_at_pace(now);
  if (!admitted_) {
    if (!connection_->is_open() || now - opened_ns_ <= o.authentication_timeout_ns) return;
    constexpr std::string_view kText = "First message must be authentication with API key";
    log::info("proxy", describe() + " refused: " + std::string(kText) + ", closed with 4401");
    send(protocol::error("AUTHENTICATION_REQUIRED", kText));
    close(kBadAuthentication, "authentication");
    return;
  }
  if (slow_until_ns_ != 0) trust_again(now);
  if (has_stopped_reading(now)) {
    log::warning("proxy", describe() + " has taken no byte for " +
                              std::to_string(o.slow_client_close_ns / 1'000'000'000) + " s, closed with 4000");
    end(kDoesNotRead, "stopped reading", true);
    return;
  }
  if (ping_sent_ns_ != 0) {
    if (last_frame_ns_ >= ping_sent_ns_) {
      ping_sent_ns_ = 0;
    } else if (connection_->backlog() != 0 || paused_) {
      ping_sent_ns_ = now;  // the ping may stand behind unsent output, its answer behind what is not read
    } else if (now - ping_sent_ns_ > o.ping_timeout_ns) {
      log::info("proxy", describe() + " did not answer a ping, closed with 1011");
      end(1011, "ping timeout", true);
    }
  } else if (now - last_ping_ns_ > o.ping_interval_ns) {
    last_ping_ns_ = now;
    ping_sent_ns_ = now;
    connection_->ping();
    shard_.touch(*this);
  }
}

void ClientSession::on_open() {
  opened_ns_ = last_frame_ns_ = last_ping_ns_ = progress_ns_ = monotonic_ns();
  if (place_->refusal() != admission::Refusal::none) {
    close(kTooMany, "too many connections: " + std::string(admission::limit_key(place_->refusal())));
    return;
  }
  known_ = true;
  connection_->limit_messages(std::min(kStrangersMessage, shard_.options().message_size));
  log::info("proxy", describe() + " connected");
  shard_.to_desk([id = id_, address = connection_->remote_address(), deflated = connection_->compresses()](Desk& desk) {
    desk.opened(id, address, deflated);
  });
}

// A ping is a request too, and its answer may wait for room as others do.
void ClientSession::on_control_frame() {
  last_frame_ns_ = monotonic_ns();
  if (closing_) return;
  took(last_frame_ns_, 1);
  pace_reading();
}

void ClientSession::on_drained() { shard_.touch(*this); }

void ClientSession::on_closed(const websocket::CloseInfo& info) {
  if (std::exchange(gone_, true)) return;
  if (known_)
    log::info("proxy", describe() + " disconnected: " + std::to_string(info.code) +
                           (info.reason.empty() ? "" : " " + info.reason));
  if (!closing_) {
    closing_ = true;
    lose_all();
    // Without a close frame of its own: it may have lost its network only, and comes back.
    if (known_) shard_.to_desk([id = id_, lingers = info.code == 1006](Desk& desk) { desk.leaving(id, lingers); });
  }
  if (known_)
    shard_.to_desk([id = id_](Desk& desk) { desk.closed(id); });
  else
    shard_.forget_later(id_);
}

void ClientSession::on_message(websocket::Opcode opcode, std::string_view payload) {
  if (closing_) return;
  last_frame_ns_ = monotonic_ns();
  if (opcode == websocket::Opcode::binary) {
    close(1003, "text frames only");
    return;
  }
  const protocol::RequestLimits limits{shard_.options().symbols_per_request};
  std::size_t count = 1 + payload.size() / kBytesOfOne;
  if (payload.size() <= protocol::LargeRequest::kAtOnce) {
    protocol::Request request = protocol::parse_request(payload, limits);
    if (!takes_long(request.action) || !pace_.waits_for_others(pace_limits(), last_frame_ns_, kLong)) {
      took(last_frame_ns_, count);
      hand_over(std::move(request), payload.size());
      pace_reading();
      return;
    }
    count = kLong;
  }
  large_ = std::make_unique<protocol::LargeRequest>(payload, limits);
  held_ = count;
  begin_held(last_frame_ns_);
  pace_reading();
}

// Unless others of its key have asked for too much. Nothing is counted before.
void ClientSession::begin_held(std::int64_t now) {
  if (pace_.waits_for_others(pace_limits(), now, held_)) {
    too_fast_ = true;
  } else {
    took(now, std::exchange(held_, 0));
    shard_.parse_later(id_);
  }
}

bool ClientSession::parse_some() {
  if (large_ == nullptr || closing_) return false;
  if (!large_->parse_some()) return true;
  const std::unique_ptr<protocol::LargeRequest> whole = std::move(large_);
  hand_over(whole->take(), whole->size());
  pace_reading();
  return false;
}

void ClientSession::hand_over(protocol::Request request, std::size_t payload) {
  const std::size_t bytes = weight(request, payload);
  asked_bytes_ += bytes;
  shard_.to_desk([id = id_, request = std::make_shared<protocol::Request>(std::move(request)), bytes](Desk& desk) {
    desk.asked(id, std::move(*request), bytes);
  });
}

}  // namespace gw::proxy
