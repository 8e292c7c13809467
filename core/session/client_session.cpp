#include "core/session/client_session.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
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

}  // namespace

ClientSession::ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket,
                             const websocket::ServerOptions& options, std::shared_ptr<admission::ConnectionSlot> slot)
    : shard_(shard),
      connection_(websocket::Connection::accept(std::move(socket), options, *this, slot)),
      id_(id),
      slow_(*connection_, counts_),
      intake_(*connection_, shard.options()),
      opened_ns_(monotonic_ns()),
      name_(std::make_shared<const std::string>("client " + std::to_string(id) + " (" + connection_->remote_address() +
                                                ')')),
      slot_(std::move(slot)) {
  slot_->on_evict([&shard, id, weak = std::weak_ptr(slot_)] {
    shard.loop().post([&shard, id, weak] {
      ClientSession* session = shard.find(id);  // or another that has the id by now
      if (session != nullptr && session->slot() == weak.lock()) session->evict();
    });
  });
}

ClientSession::~ClientSession() = default;

void ClientSession::touch() { shard_.output().touch(routing::slot_of(id_)); }

// ---- live updates

void ClientSession::deliver_to_slow(routing::TopicId topic, websocket::SharedFrame frame,
                                    std::uint32_t updates) noexcept {
  if (closing_ || frame.size == 0) {
    counts_.lost += updates;
  } else if (!slow_.is_slow() && makes_room() && connection_->output().share(frame, shard_.backlog_limit())) {
    counts_.conflated += updates - 1;
    touch();
  } else {
    conflate(topic, updates);
  }
}

// A session is slow when its socket takes no more, not when a turn had much for it.
bool ClientSession::makes_room() {
  if (connection_->backlog() == 0) return false;
  connection_->flush();
  return true;
}

void ClientSession::conflate(routing::TopicId topic, std::uint64_t updates) {
  if (!slow_.conflate(topic, updates)) return;
  if (log::enabled(log::Level::info))
    log::info("proxy", *name_ + " is behind: it gets the newest value of each topic from now on");
  if (extras_) send(protocol::slow("behind", 0));
  touch();
}

void ClientSession::note_sampled(routing::TopicId topic, std::uint32_t updates) noexcept {
  if (closing_ || sampled_ == nullptr || !sampled_->add(topic, updates)) counts_.lost += updates;
}

bool ClientSession::is_wake_up(routing::TopicId topic, std::int64_t at_ns) const {
  return !closing_ && sampled_ != nullptr && sampled_->is_wake_up(topic, at_ns);
}

void ClientSession::wake(routing::TopicId topic, std::int64_t at_ns) {
  if (closing_ || sampled_ == nullptr || !sampled_->wake(topic, at_ns, monotonic_ns())) return;
  if (slow_.is_slow() || room() == 0) return conflate(topic, sampled_->settle(topic));
  sampled_->request(topic);
  shard_.requests().post(
      [id = id_, topic](RequestSide& side) { side.last_published(id, {topic}, FrameKind::sampled); });
}

void ClientSession::frame(routing::TopicId topic, std::string_view frame, FrameKind kind) {
  if (closing_) return;
  if (kind == FrameKind::own) {
    // It is as new as what was waiting of the topic, and stands for that.
    counts_.conflated += slow_.take(topic);
    if (sampled_ != nullptr) sampled_away_ += sampled_->settle_by_frame(topic, monotonic_ns());
    connection_->append_frames(frame);
    touch();
    return end_if_caught_up();
  }
  std::uint64_t updates = 0;
  if (kind == FrameKind::last_published) {
    updates = slow_.take_requested(topic, frame.size());
    // What came of a sampled topic since it was conflated is among what this stands for.
    if (updates != 0 && sampled_ != nullptr) updates += sampled_->settle(topic);
  } else if (sampled_ != nullptr) {
    updates = sampled_->take_requested(topic);
  }
  if (updates == 0) return;
  if (!frame.empty() && connection_->append_frames(frame)) {
    ++counts_.delivered;
    (kind == FrameKind::last_published ? counts_.conflated : sampled_away_) += updates - 1;
    touch();
  } else {
    counts_.lost += updates;
  }
  end_if_caught_up();
}

void ClientSession::end_if_caught_up() {
  if (closing_) return;
  const std::optional<std::uint64_t> conflated = slow_.end_if_caught_up(monotonic_ns());
  if (!conflated) return;
  if (log::enabled(log::Level::info))
    log::info("proxy", *name_ + " has caught up: " + std::to_string(*conflated) + " updates were conflated");
  if (extras_) send(protocol::slow("caught_up", *conflated));
}

void ClientSession::sample(routing::TopicId topic, std::int64_t interval_ns) {
  if (closing_) return;
  if (sampled_ == nullptr) sampled_ = std::make_unique<SampledTopics>(shard_.wake_ups(), id_);
  sampled_->set(topic, interval_ns);
}

// Nothing comes of a topic after the answer to its unsubscribe.
void ClientSession::left(routing::TopicId topic) {
  counts_.lost += slow_.take(topic);
  end_if_caught_up();
  if (sampled_ == nullptr) return;
  counts_.lost += sampled_->remove(topic);
  if (sampled_->empty()) sampled_.reset();
}

Ledger ClientSession::ledger() const {
  Ledger sum = counts_;
  sum.delivered += connection_->output().shared_count();
  sum.conflated += sampled_away_;
  return sum;
}

std::uint64_t ClientSession::waiting_updates() const {
  return slow_.updates() + (sampled_ == nullptr ? 0 : sampled_->updates());
}

void ClientSession::lose_all() {
  counts_.lost += waiting_updates();
  slow_.give_up();
  sampled_.reset();
}

// ---- what is sent beside them

// Answers are not refused for want of room: a client that has little is not read, so that it asks for none. What is
// left is the largest answer and notices, which come seldom.
void ClientSession::send(std::string_view json) {
  if (closing_) return;
  if (connection_->backlog() > shard_.options().output_per_client + kLargestAnswer) {
    log::warning("proxy", *name_ + " does not read what it is told, closed with 4000");
    end(kDoesNotRead, "output full", true);
    return;
  }
  connection_->send(websocket::Opcode::text, json);
  shard_.output().note_answer(routing::slot_of(id_));
}

// For what is asked for. Live updates always find some beside it.
std::size_t ClientSession::room() const {
  const std::size_t max = slow_.max_backlog(shard_.backlog_limit() / 2);
  return max - std::min(max, connection_->backlog());
}

// All the room that there is, for what waits at the request side. 0: there is none, or it is lent already.
std::size_t ClientSession::lend_room() {
  const std::size_t bytes = room_lent_ || !admitted_ ? 0 : room();
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
  if (room() == 0) return;
  if (slow_.is_slow()) request_frames();
  if (!offered_) return;
  if (const std::size_t bytes = lend_room(); bytes != 0)
    shard_.requests().post([id = id_, bytes](RequestSide& side) { side.fill(id, bytes); });
}

void ClientSession::request_frames() {
  if (std::vector<routing::TopicId> topics = slow_.request_frames(room()); !topics.empty())
    shard_.requests().post([id = id_, topics = std::move(topics)](RequestSide& side) {
      side.last_published(id, topics, FrameKind::last_published);
    });
  end_if_caught_up();
}

void ClientSession::on_drained() { touch(); }

// ---- requests

void ClientSession::admit(bool extras, std::shared_ptr<const std::string> name, std::int64_t key) {
  admitted_ = true;
  extras_ = extras;
  name_ = std::move(name);
  intake_.admit(slot_->authenticated(key));
}

void ClientSession::on_message(websocket::Opcode opcode, std::string_view payload) {
  if (closing_) return;
  const std::int64_t now = monotonic_ns();
  peer_.heard(now);
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

void ClientSession::on_control_frame() {
  const std::int64_t now = monotonic_ns();
  peer_.heard(now);
  if (!closing_) intake_.note_control_frame(now);
}

// ---- its beginning and its end

void ClientSession::on_open() {
  opened_ns_ = monotonic_ns();
  peer_.opened(opened_ns_);
  if (slot_->refusal() != admission::Refusal::none) {
    close(kTooMany, "too many connections: " + std::string(admission::limit_key(slot_->refusal())));
    return;
  }
  known_ = true;
  connection_->limit_messages(std::min(RequestIntake::kMaxUnauthenticatedMessage, shard_.options().message_size));
  log::info("proxy", *name_ + " connected");
  shard_.requests().post([id = id_, name = name_, deflated = connection_->compresses()](RequestSide& side) {
    side.opened(id, name, deflated);
  });
}

void ClientSession::sweep(std::int64_t now) {
  if (closing_) return;
  const SessionOptions& o = shard_.options();
  if (intake_.is_paused() && connection_->hung_up())
    return on_closed({1006, 0, {}, "it hung up while it was not read"});
  if (intake_.is_too_fast()) {
    if (intake_.look(now)) {
      log::warning("proxy", *name_ + " sends more than limits.requests_per_second: it is read more slowly");
      send(protocol::error(
          "RATE_LIMITED", "More than " + std::to_string(intake_.rate_limit().per_second) + " requests per second, or " +
                              std::to_string(admission::SharedRate::kConnections) +
                              " times as many with all of its key: they wait. Send fewer, or several symbols in one"));
    }
    if (intake_.begins_to_parse()) shard_.parse_later(id_);
    if (closing_) return;
    intake_.update_pause();
  }
  if (!admitted_) {
    if (!connection_->is_open() || now - opened_ns_ <= o.authentication_timeout_ns) return;
    constexpr std::string_view kText = "First message must be authentication with API key";
    log::info("proxy", *name_ + " refused: " + std::string(kText) + ", closed with 4401");
    send(protocol::error("AUTHENTICATION_REQUIRED", kText));
    close(kBadAuthentication, "authentication");
    return;
  }
  slow_.look(now);
  if (slow_.has_stopped_reading(o.slow_client_close_ns, now)) {
    log::warning("proxy", *name_ + " has taken no byte for " + std::to_string(o.slow_client_close_ns / 1'000'000'000) +
                              " s, closed with 4000");
    end(kDoesNotRead, "stopped reading", true);
    return;
  }
  const bool is_blocked = connection_->backlog() != 0 || intake_.is_paused();
  switch (peer_.look(now, o.ping_interval_ns, o.ping_timeout_ns, is_blocked)) {
    case PeerLiveness::Verdict::alive:
      return;
    case PeerLiveness::Verdict::ping:
      connection_->ping();
      return touch();
    case PeerLiveness::Verdict::dead:
      log::info("proxy", *name_ + " did not answer a ping, closed with 1011");
      return end(1011, "ping timeout", true);
  }
}

void ClientSession::close(int code, std::string_view reason) { end(code, reason, false); }

void ClientSession::evict() {
  if (admitted_ || gone_) return;
  connection_->close(kTooMany, kEvicted);
  connection_->flush();
  on_closed({kTooMany, 0, {}, std::string(kEvicted)});
}

// From here on the request side has nothing to send to it.
void ClientSession::end(int code, std::string_view reason, bool lingers) {
  if (closing_) return;
  closing_ = true;
  lose_all();
  if (known_) shard_.requests().post([id = id_, lingers](RequestSide& side) { side.leaving(id, lingers); });
  if (code == kDoesNotRead)
    connection_->drop_and_close(code, reason);
  else
    connection_->close(code, reason);
  touch();
}

void ClientSession::on_closed(const websocket::CloseInfo& info) {
  if (std::exchange(gone_, true)) return;
  if (known_)
    log::info("proxy",
              *name_ + " disconnected: " + std::to_string(info.code) + (info.reason.empty() ? "" : " " + info.reason));
  if (!closing_) {
    closing_ = true;
    lose_all();
    // Without a close frame of its own the client may have lost its network only, and comes back.
    if (known_)
      shard_.requests().post([id = id_, lingers = info.code == 1006](RequestSide& side) { side.leaving(id, lingers); });
  }
  if (known_)
    shard_.requests().post([id = id_](RequestSide& side) { side.closed(id); });
  else
    shard_.forget_later(id_);
}

}  // namespace gw::session
