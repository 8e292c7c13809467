#include "core/session/client_session.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/clock.hpp"
#include "core/base/log_limit.hpp"
#include "core/protocol/answers.hpp"
#include "core/protocol/notices.hpp"
#include "core/session/shard.hpp"

namespace gw::session {
namespace {

constexpr int kBadAuthentication = 4401;
constexpr int kDoesNotRead = 4000;
constexpr int kTooMany = 4429;
constexpr std::string_view kEvicted = "too many connections: limits.unauthenticated_connections";
constexpr std::size_t kLargestAnswer = 8 << 20;

log::Limited of_arrivals("proxy", "client");
log::Limited of_departures("proxy", "client");
log::Limited of_closes("proxy", "client");
log::Limited of_slow_consumers("proxy", "client");
log::Limited of_request_rates("proxy", "client");

std::shared_ptr<const std::string> name_of(const admission::ConnectionSlot& slot, const std::string& address) {
  return std::make_shared<const std::string>("client " + std::to_string(slot.number()) + " (" + address + ')');
}

}  // namespace

ClientSession::ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket,
                             const websocket::ServerOptions& options, std::shared_ptr<admission::ConnectionSlot> slot)
    : shard_(shard),
      connection_(websocket::Connection::accept(std::move(socket), options, *this, slot)),
      id_(id),
      updates_(*this, id, *connection_, shard),
      intake_(*connection_, shard.options()),
      opened_ns_(monotonic_ns()),
      name_(name_of(*slot, connection_->remote_address())),
      slot_(std::move(slot)) {
  slot_->on_evict([&shard, id] {
    shard.loop().post([&shard, id] {
      if (ClientSession* session = shard.find(id)) session->evict();
    });
  });
}

ClientSession::~ClientSession() = default;

void ClientSession::touch() { shard_.output().touch(routing::index_of(id_)); }

// ---- what it is told

void ClientSession::tell_slow(bool is_slow, std::uint64_t conflated) {
  if (log::enabled(log::Level::info))
    // event: client … is a slow consumer: it gets the last published frame of each topic; or has caught up
    of_slow_consumers.info(
        *name_, *name_ + (is_slow ? " is a slow consumer: it gets the last published frame of each topic"
                                  : " has caught up: " + std::to_string(conflated) + " updates were conflated"));
  if (extras_) send(protocol::slow(is_slow ? "behind" : "caught_up", conflated));
}

bool ClientSession::tell_closing(std::string_view notice) {
  if (extras_) send(notice);
  return intake_.is_admitted();
}

// Answers are not refused for want of room: a client with little room left is not read, so that it asks for nothing
// more. What can still come is one answer, the largest at most, and notices, which are rare.
void ClientSession::send(std::string_view json) {
  if (closing_) return;
  if (connection_->backlog() > shard_.options().output_per_client + kLargestAnswer) {
    of_closes.warning(*name_, *name_ + " does not read its answers, closed with 4000");
    end(kDoesNotRead, "output full", true);
    return;
  }
  connection_->send(websocket::Opcode::text, json);
  shard_.output().note_answer(routing::index_of(id_));
}

// Lends the request side all the room that there is. 0: there is none, or it is lent already.
std::size_t ClientSession::lend_room() {
  const std::size_t bytes = room_lent_ || !intake_.is_admitted() ? 0 : updates_.room();
  if (bytes != 0) {
    room_lent_ = true;
    offered_ = false;
  }
  return bytes;
}

void ClientSession::offer() {
  offered_ = true;
  if (!closing_) touch();
}

void ClientSession::filled(bool more) {
  room_lent_ = false;
  if (more) offer();
}

void ClientSession::flush() {
  connection_->flush();
  shard_.note_backlog(std::exchange(backlog_, connection_->backlog()), connection_->backlog());
  if (closing_) return;
  if (intake_.is_paused() || connection_->backlog() != 0) intake_.update_pause();
  if (updates_.room() == 0) return;
  updates_.request_frames();
  if (!offered_) return;
  if (const std::size_t bytes = lend_room(); bytes != 0)
    shard_.requests().post([id = id_, bytes](RequestSide& side) { side.fill(id, bytes); });
}

void ClientSession::on_drained() { touch(); }

// ---- requests

void ClientSession::admit(bool extras, std::shared_ptr<const std::string> name, std::int64_t key) {
  extras_ = extras;
  name_ = std::move(name);
  intake_.admit(slot_->authenticated(key));
}

void ClientSession::on_message(websocket::Opcode opcode, std::string_view payload) {
  if (closing_) return;
  const std::int64_t now = monotonic_ns();
  peer_.heard(now);
  if (log::enabled(log::Level::debug))
    log::debug("websocket", *name_ + " sent a message of " + std::to_string(payload.size()) + " bytes");
  if (opcode == websocket::Opcode::binary) {
    close(1003, "text frames only");
    return;
  }
  if (std::optional<RequestIntake::Taken> taken = intake_.take(payload, now)) hand_over(std::move(*taken));
  if (intake_.begins_to_parse()) shard_.parse_later(id_);
  intake_.update_pause();
}

bool ClientSession::parse_some() {
  if (closing_) return false;
  if (std::optional<RequestIntake::Taken> taken = intake_.parse_some()) {
    hand_over(std::move(*taken));
    intake_.update_pause();
  }
  return intake_.is_parsing();
}

void ClientSession::hand_over(RequestIntake::Taken taken) {
  shard_.requests().post([id = id_, request = std::make_shared<protocol::Request>(std::move(taken.request)),
                          bytes = taken.bytes,
                          room = lend_room()](RequestSide& side) { side.asked(id, std::move(*request), bytes, room); });
}

void ClientSession::request_done(std::size_t bytes, std::size_t extra) {
  intake_.done(bytes, extra, monotonic_ns());
  if (!closing_) intake_.update_pause();
}

void ClientSession::look_at_rate(std::int64_t now) {
  if (intake_.look(now)) {
    of_request_rates.warning(*name_, *name_ + " sends more than limits.requests_per_second: it is read more slowly");
    send(protocol::error("RATE_LIMITED", "More than " + std::to_string(intake_.rate_limit().per_second) +
                                             " requests per second on this connection, or " +
                                             std::to_string(admission::SharedRate::kConnections) +
                                             " times as many on all connections of its API key: further requests wait. "
                                             "Send fewer, or name several symbols in one request"));
  }
  if (closing_) return;
  if (intake_.begins_to_parse()) shard_.parse_later(id_);
  intake_.update_pause();
}

void ClientSession::on_control_frame() {
  const std::int64_t now = monotonic_ns();
  if (log::enabled(log::Level::debug)) log::debug("websocket", *name_ + " sent a ping or a pong");
  peer_.heard(now);
  if (!closing_) intake_.note_control_frame(now);
}

// ---- its beginning and its end

void ClientSession::on_request(const websocket::HttpRequest& request) {
  if (!slot_->is_from_proxy()) return;
  const std::string address = shard_.client_address(request);
  slot_->arrived(address);
  name_ = name_of(*slot_, address);
}

void ClientSession::on_open() {
  opened_ns_ = monotonic_ns();
  if (log::enabled(log::Level::debug))
    log::debug("websocket", *name_ + " has upgraded" + (connection_->compresses() ? ", with compression" : ""));
  peer_.opened(opened_ns_);
  if (slot_->refusal() != admission::Refusal::none) {
    close(kTooMany, "too many connections: " + std::string(admission::limit_key(slot_->refusal())));
    return;
  }
  known_ = true;
  connection_->limit_messages(std::min(RequestIntake::kMaxUnauthenticatedMessage, shard_.options().message_size));
  of_arrivals.info(*name_, *name_ + " connected");
  shard_.requests().post([id = id_, name = name_, deflated = connection_->compresses()](RequestSide& side) {
    side.opened(id, name, deflated);
  });
}

void ClientSession::sweep(std::int64_t now) {
  if (closing_) return;
  const SessionOptions& o = shard_.options();
  if (intake_.is_paused() && connection_->hung_up())
    return on_closed({1006, 0, {}, "the client hung up while the gateway was not reading from it"});
  if (intake_.is_too_fast()) look_at_rate(now);
  if (closing_) return;
  if (!intake_.is_admitted()) {
    if (!connection_->is_open() || now - opened_ns_ <= o.authentication_timeout_ns) return;
    constexpr std::string_view kText = "First message must be authentication with API key";
    of_closes.info(*name_, *name_ + " refused: " + std::string(kText) + ", closed with 4401");
    ++shard_.counts().unauthenticated;
    send(protocol::error("AUTHENTICATION_REQUIRED", kText));
    close(kBadAuthentication, "authentication");
    return;
  }
  updates_.slow().look(now);
  if (updates_.slow().has_stopped_reading(o.slow_client_close_ns, now)) {
    of_closes.warning(*name_, *name_ + " has taken no byte for " +
                                  std::to_string(o.slow_client_close_ns / 1'000'000'000) + " s, closed with 4000");
    end(kDoesNotRead, "stopped reading", true);
    return;
  }
  const bool is_blocked = connection_->backlog() != 0 || intake_.is_paused();
  switch (peer_.look(now, o.ping_interval_ns, o.ping_timeout_ns, is_blocked)) {
    case PeerLiveness::Verdict::alive:
      return;
    case PeerLiveness::Verdict::ping:
      if (log::enabled(log::Level::debug)) log::debug("websocket", *name_ + " is sent a ping");
      connection_->ping({});
      return touch();
    case PeerLiveness::Verdict::dead:
      of_closes.info(*name_, *name_ + " did not answer a ping, closed with 1011");
      return end(1011, "ping timeout", true);
  }
}

void ClientSession::close(int code, std::string_view reason) { end(code, reason, false); }

void ClientSession::evict() {
  if (intake_.is_admitted() || gone_) return;
  closed_with_ = kTooMany;
  connection_->close(kTooMany, kEvicted);
  connection_->flush();
  on_closed({kTooMany, 0, {}, std::string(kEvicted)});
}

// From here on the request side has nothing to send to this session.
void ClientSession::begin_to_close(bool lingers) {
  closing_ = true;
  updates_.end();
  if (known_) shard_.requests().post([id = id_, lingers](RequestSide& side) { side.leaving(id, lingers); });
}

void ClientSession::end(int code, std::string_view reason, bool lingers) {
  if (closing_) return;
  if (log::enabled(log::Level::debug))
    log::debug("websocket", *name_ + " is closed with " + std::to_string(code) + ' ' + std::string(reason));
  closed_with_ = code;
  begin_to_close(lingers);
  if (code == kDoesNotRead)
    connection_->drop_and_close(code, reason);
  else
    connection_->close(code, reason);
  touch();
}

void ClientSession::on_closed(const websocket::CloseInfo& info) {
  if (std::exchange(gone_, true)) return;
  if (log::enabled(log::Level::debug))
    log::debug("websocket", *name_ + " is gone: " + std::to_string(info.code) + ' ' + info.reason);
  if (known_ || closed_with_ != 0)
    ++shard_.counts().closed[static_cast<std::size_t>(
        close_reason(closed_with_ != 0 ? closed_with_ : info.code, closed_with_ != 0))];
  if (known_)
    of_departures.info(*name_, *name_ + " disconnected: " + std::to_string(info.code) +
                                   (info.reason.empty() ? "" : " " + info.reason));
  // A client that goes without a close frame may have lost its network only, and comes back.
  if (!closing_) begin_to_close(info.code == 1006);
  if (known_)
    shard_.requests().post([id = id_](RequestSide& side) { side.closed(id); });
  else
    shard_.forget_later(id_);
}

}  // namespace gw::session
