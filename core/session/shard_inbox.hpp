// The way from routing's thread to one shard, in order: live updates, and whatever else a session is told. When both
// have one thread, it is a call; else records go through a ring, whose bell is rung once per turn. When the ring is
// full, because the shard does not keep up, updates are conflated and everything else waits in its order. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "core/routing/names.hpp"
#include "core/session/shard.hpp"

namespace gw::session {

class ShardInbox final : public topics::ShardPort {
 public:
  // The last published frame of a topic in a lane, as the shard's audience there would get it.
  using LastPublished = std::function<std::string_view(routing::TopicId topic, routing::Lane lane)>;

  // `is_local`: routing runs on the shard's thread.
  ShardInbox(Shard& shard, bool is_local, LastPublished last_published);
  ~ShardInbox() override;

  void deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
               std::span<const routing::SessionId> sessions) noexcept override;
  void joined(routing::SessionId session, routing::TopicId topic, routing::Lane lane) override;
  // The session was at this `position` of the topic's audience; the last session there takes the position.
  void left(routing::SessionId session, routing::TopicId topic, routing::Lane lane, std::uint32_t position) override;
  // Runs `task` on the shard's thread. `topic`, when given: nothing of it that was published before may come after
  // this.
  void call(std::function<void(Shard&)> task, routing::TopicId topic = routing::kNoTopic);
  // Runs `task(ClientSession&)` there, if the session is still there.
  template <class F>
  void tell(routing::SessionId session, F task, routing::TopicId topic = routing::kNoTopic) {
    call(
        [session, task = std::move(task)](Shard& shard) {
          if (ClientSession* found = shard.find(session)) task(*found);
        },
        topic);
  }

  // A step of routing's thread begins, in which frames are made.
  void begin_step(std::int64_t monotonic_ns);

  // ---- the parts of a turn: a shard of the same thread writes its sockets, another one is rung and does so itself
  // Writes answers.
  void flush_answers();
  // Writes answers and some other sockets; true when there are more of the others.
  bool flush_some();
  // No more should be delivered before what is there has been written.
  bool is_full() const;

 private:
  class Remote;
  Shard& shard_;
  std::unique_ptr<Remote> remote_;  // null: the shard has the same thread
};

}  // namespace gw::session
