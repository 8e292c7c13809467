// One client's session, from accept to close: its socket, what goes out by it, and when it ends. What a slow socket,
// sampled topics, incoming requests and a silent peer need is kept by members of their own; this class is where they
// meet, and the one thing that the shard, the connection and the request side talk to. Owned by its Shard. [shard]
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/admission/connection_slot.hpp"
#include "core/routing/stream.hpp"
#include "core/session/ledger.hpp"
#include "core/session/peer_liveness.hpp"
#include "core/session/request_intake.hpp"
#include "core/session/request_side.hpp"
#include "core/session/sampled_topics.hpp"
#include "core/session/slow_consumer.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"

namespace gw::session {

class Shard;

class ClientSession final : public websocket::Listener {
 public:
  // With a slot that is refused the client is told 4429 and closed.
  ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket, const websocket::ServerOptions& options,
                std::shared_ptr<admission::ConnectionSlot> slot);
  ~ClientSession() override;

  // ---- live updates
  websocket::Output& output() { return connection_->output(); }
  // A finished frame that its output did not take. While the session is slow the topic's last published frame is sent
  // later instead. See Shard::deliver.
  void deliver_to_slow(routing::TopicId topic, websocket::SharedFrame frame, std::uint32_t updates) noexcept;
  // A frame that stands for `updates` more than itself was taken.
  void note_conflated(std::uint32_t updates) noexcept { counts_.conflated += updates; }
  // Updates of a topic that is sampled for this session.
  void note_sampled(routing::TopicId topic, std::uint32_t updates) noexcept;
  void wake(routing::TopicId topic, std::int64_t at_ns);
  bool is_wake_up(routing::TopicId topic, std::int64_t at_ns) const;

  // ---- what the request side says
  void admit(bool extras, std::shared_ptr<const std::string> name, std::int64_t key);
  void send(std::string_view json);
  // Empty: there is no frame of the topic any more.
  void frame(routing::TopicId topic, std::string_view frame, FrameKind kind);
  // Something waits until there is room for it.
  void offer();
  // What room was lent for is sent, or `more` waits.
  void filled(bool more);
  // A request of `bytes` is done; charge `extra` more to the client's rate.
  void request_done(std::size_t bytes, std::size_t extra);
  void sample(routing::TopicId topic, std::int64_t interval_ns);
  void left(routing::TopicId topic);
  void close(int code, std::string_view reason);

  // ---- what the shard says
  // One more piece of a large request. False: it is done, or there is none.
  bool parse_some();
  // Another connection gets its slot: nobody waits for the client's answer to the close.
  void evict();
  // Writes what was appended, then asks for what waits, as far as there is room.
  void flush();
  // Deadlines: authentication, ping, a client that stopped reading.
  void sweep(std::int64_t monotonic_ns);

  const std::shared_ptr<admission::ConnectionSlot>& slot() const { return slot_; }
  std::size_t counted_backlog() const { return backlog_; }
  // All but what was expected, which routing knows.
  Ledger ledger() const;
  // Updates for which a frame will be sent later.
  std::uint64_t waiting_updates() const;

  void on_open() override;
  void on_message(websocket::Opcode opcode, std::string_view payload) override;
  void on_control_frame() override;
  void on_drained() override;
  void on_closed(const websocket::CloseInfo& info) override;

 private:
  void touch();
  std::size_t room() const;
  std::size_t lend_room();
  bool makes_room();
  void conflate(routing::TopicId topic, std::uint64_t updates);
  void request_frames();
  void end_if_caught_up();
  void hand_over(RequestIntake::Taken taken);
  void end(int code, std::string_view reason, bool lingers);
  void lose_all();

  Shard& shard_;
  std::unique_ptr<websocket::Connection> connection_;
  bool closing_ = false;
  bool extras_ = false;
  bool admitted_ = false;
  bool known_ = false;      // to the request side
  bool gone_ = false;       // the connection is
  bool offered_ = false;    // something waits at the request side for room
  bool room_lent_ = false;  // to the request side, until filled()
  const routing::SessionId id_;
  std::size_t backlog_ = 0;  // as the shard has counted it
  Ledger counts_;            // without what the output counts: frames that it shared
  SlowConsumer slow_;
  RequestIntake intake_;
  PeerLiveness peer_;
  std::unique_ptr<SampledTopics> sampled_;  // null: there are none
  std::uint64_t sampled_away_ = 0;          // updates that the frame of a sampled topic stood for
  std::int64_t opened_ns_ = 0;
  std::shared_ptr<const std::string> name_;          // in logs
  std::shared_ptr<admission::ConnectionSlot> slot_;  // the socket keeps it too
};

}  // namespace gw::session
