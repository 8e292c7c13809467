// Sees that one session is sent the updates of its topics, and counts what became of each. A frame that the session's
// output takes at once does not pass here; other updates are conflated, or sampled if the client wants them so. [shard]
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/routing/names.hpp"
#include "core/session/ledger.hpp"
#include "core/session/request_side.hpp"
#include "core/session/sampled_topics.hpp"
#include "core/session/slow_consumer.hpp"
#include "core/websocket/connection.hpp"

namespace gw::session {

class ClientSession;
class Shard;

class SessionUpdates {
 public:
  // `session` is told when it becomes slow and when it has caught up: ClientSession::tell_slow.
  SessionUpdates(ClientSession& session, routing::SessionId id, websocket::Connection& connection, Shard& shard);

  // ---- live updates
  // A frame that the output did not take. While the session is slow the topic's last published frame is sent later
  // instead. See Shard::deliver.
  void deliver_to_slow(routing::TopicId topic, websocket::SharedFrame frame, std::uint32_t updates) noexcept;
  // A frame that stands for `updates` more than itself was taken.
  void note_conflated(std::uint64_t updates) noexcept;
  // Updates of a topic that is sampled for this session.
  void note_sampled(routing::TopicId topic, std::uint32_t updates) noexcept;

  // ---- what was asked for
  // A frame that was made for this session alone. Empty: there is none of the topic any more.
  void frame(routing::TopicId topic, std::string_view frame, FrameKind kind);
  void sample(routing::TopicId topic, std::int64_t interval_ns);
  // The client has left the topic: nothing of it comes after the answer to its unsubscribe.
  void left(routing::TopicId topic);
  bool is_wake_up(routing::TopicId topic, std::int64_t at_ns) const;
  void wake(routing::TopicId topic, std::int64_t at_ns);
  // While the session is slow: requests as many frames as there is room for.
  void request_frames() {
    if (slow_.is_slow()) request_slow_frames();
  }
  // Bytes of frames that may be requested now. Live updates always find some room beside them.
  std::size_t room() const;
  SlowConsumer& slow() { return slow_; }

  // The session is closing: what it was not sent yet, and what comes from now on, is lost.
  void end();
  // The counts of the updates, without `expected`, which routing knows.
  Ledger ledger() const;
  // Updates for which a frame will be sent later.
  std::uint64_t waiting() const;

 private:
  void note_sampled_away(std::uint64_t updates) noexcept;
  bool makes_room();
  void touch();
  void conflate(routing::TopicId topic, std::uint64_t updates);
  void end_if_caught_up();
  void request_slow_frames();

  ClientSession& session_;
  Shard& shard_;
  websocket::Connection& connection_;
  const routing::SessionId id_;
  bool ended_ = false;
  Ledger counts_;  // without what the output counts: frames that it shared
  SlowConsumer slow_;
  std::unique_ptr<SampledTopics> sampled_;  // null: there are none
  std::uint64_t sampled_away_ = 0;          // conflated updates of sampled topics
};

}  // namespace gw::session
