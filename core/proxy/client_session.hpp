// One client's socket: what goes out, and what to do when that does not keep up. Requests are handed to the desk.
// Owned and called by its Shard. [shard]
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/admission/admission.hpp"
#include "core/admission/request_rate.hpp"
#include "core/protocol/large_request.hpp"
#include "core/proxy/late_topics.hpp"
#include "core/proxy/thinned_topics.hpp"
#include "core/routing/stream.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"

namespace gw::proxy {

class Shard;

// What a frame that the desk made for one session alone is.
enum class FrameKind : std::uint8_t {
  own,     // no update that is due: a value from memory, or one that was missed while the client was away
  latest,  // of a topic that a client that is behind lacked
  thinned  // of a topic that the client wants once in a while only
};

class ClientSession final : public websocket::Listener {
 public:
  // `place` that is refused: the client is told 4429 and closed.
  ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket, const websocket::ServerOptions& options,
                std::shared_ptr<admission::ConnectionSlot> place);
  ~ClientSession() override;

  // ---- live updates
  // A finished frame that its output did not take. While the client is behind it waits for the topic's newest value
  // instead. See Shard::deliver.
  void deliver_late(routing::TopicId topic, websocket::SharedFrame frame, std::uint32_t updates) noexcept;
  // One that stands for several updates was taken.
  void note_conflated(std::uint32_t updates) noexcept { conflated_ += updates; }
  websocket::Output& output() { return connection_->output(); }
  // The same of a topic that is thinned for this client.
  void note_thinned(routing::TopicId topic, std::uint32_t updates) noexcept;
  // The time of a thinned topic has come.
  void thinned_due(routing::TopicId topic, std::int64_t at_ns);
  bool is_due(routing::TopicId topic, std::int64_t at_ns) const;  // what schedule() was told still counts

  // ---- what the desk says
  void admit(bool extras, std::string_view user, std::int64_t key);
  void send(std::string_view json);
  // Empty: there is none any more.
  void frame(routing::TopicId topic, std::string_view frame, FrameKind kind);
  // Something waits at the desk until there is room for it.
  void offer();
  void filled(bool more);
  // A request of so many bytes is done; it counts as so many more.
  void request_done(std::size_t bytes, std::size_t more);
  // Goes on with a large request. False: there is none, or no more of it.
  bool parse_some();
  void thin(routing::TopicId topic, std::int64_t interval_ns);
  void left(routing::TopicId topic);
  void close(int code, std::string_view reason);
  // Its place is another's: nobody waits for its answer.
  void give_way();

  // Writes what was appended, then asks for what waits, as far as there is room: client_backlog.cpp.
  void flush();
  // Deadlines: authentication, ping, a reader that stopped.
  void sweep(std::int64_t monotonic_ns);

  routing::SessionId id() const { return id_; }
  bool extras() const { return extras_; }
  std::size_t counted_backlog() const { return backlog_; }
  // Of topic updates that were due.
  std::uint64_t delivered() const { return delivered_ + connection_->output().shared_count(); }
  std::uint64_t conflated() const { return conflated_ + thinned_away_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t waiting_updates() const;

  // In the shard's lists of sessions to flush.
  bool touched = false;
  bool answered = false;

  void on_open() override;
  void on_message(websocket::Opcode opcode, std::string_view payload) override;
  void on_control_frame() override;
  void on_drained() override;
  void on_closed(const websocket::CloseInfo& info) override;

 private:
  // What only a client that is behind has.
  struct Behind {
    LateTopics late;
    LateTopics asked;  // the desk was asked for their newest values
    std::uint64_t conflated_before = 0;
    // Newest values that it was given, for an estimate of the next.
    std::size_t frames = 0;
    std::size_t bytes = 0;
  };
  void hand_over(protocol::Request request, std::size_t payload);
  std::size_t room() const;
  void look_later(routing::TopicId topic, ThinnedTopic& thinned);
  bool makes_room();
  void end(int code, std::string_view reason, bool lingers);
  void fall_late(routing::TopicId topic, std::uint32_t updates) noexcept;
  void ask_for_late();
  void catch_up_if_nothing_waits();
  void trust_again(std::int64_t now_ns);
  void tell_pace(std::string_view status, std::uint64_t conflated);
  void lose_all();
  bool has_stopped_reading(std::int64_t now_ns);
  admission::RateLimit pace_limits() const;
  void took(std::int64_t now_ns, std::size_t count);
  void begin_held(std::int64_t now_ns);
  void pace_reading();
  void look_at_pace(std::int64_t now_ns);
  std::string describe() const;

  Shard& shard_;
  std::unique_ptr<websocket::Connection> connection_;
  std::unique_ptr<Behind> behind_;
  std::uint64_t delivered_ = 0;
  bool closing_ = false;
  bool extras_ = false;
  bool admitted_ = false;
  bool known_ = false;  // to the desk
  bool gone_ = false;
  bool offered_ = false;
  bool fill_asked_ = false;
  bool paused_ = false;
  bool too_fast_ = false;  // it asks faster than it may, and is not read for a moment
  routing::SessionId id_;
  // Only now and then.
  std::unique_ptr<ThinnedTopics> thinned_;
  std::unique_ptr<protocol::LargeRequest> large_;  // nothing else is read meanwhile
  std::size_t held_ = 0;                           // it is not begun, and counts as so many; 0: it is
  std::size_t asked_bytes_ = 0;                    // of requests that the desk has not done yet
  std::int64_t opened_ns_ = 0;
  std::int64_t last_frame_ns_ = 0;
  std::int64_t last_ping_ns_ = 0;
  std::int64_t ping_sent_ns_ = 0;   // 0: no ping is out
  std::size_t backlog_ = 0;         // as the shard has counted it
  std::uint64_t written_ = 0;       // bytes that the socket had taken at the last look
  std::int64_t slow_until_ns_ = 0;  // it was behind not long ago, and is given little at a time; 0: not
  std::int64_t progress_ns_ = 0;    // when it was last seen to take some, or had none to take
  std::uint64_t conflated_ = 0;
  std::uint64_t thinned_away_ = 0;
  std::uint64_t lost_ = 0;
  std::string user_;
  std::shared_ptr<admission::ConnectionSlot> place_;  // the socket keeps it too
  admission::RequestRate pace_;
};

}  // namespace gw::proxy
