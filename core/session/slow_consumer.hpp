// Serves a session whose socket takes less than its topics publish: updates are conflated, so that the last published
// frame of each topic is sent when there is room, and other sessions notice nothing. Also notices a client that takes
// no byte at all. [shard]
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/routing/names.hpp"
#include "core/session/conflation_queue.hpp"
#include "core/session/ledger.hpp"
#include "core/websocket/connection.hpp"

namespace gw::session {

class SlowConsumer {
 public:
  // `counts` are the session's; what they count as conflated since it became slow is told when it has caught up.
  SlowConsumer(websocket::Connection& connection, const Ledger& counts) : connection_(connection), counts_(counts) {}

  bool is_slow() const { return slow_ != nullptr; }
  // Unsent bytes beyond which nothing is requested for the session; less than `usual` while it is slow.
  std::size_t max_backlog(std::size_t usual) const;

  // The socket did not take these updates. True: that has made the session slow.
  bool conflate(routing::TopicId topic, std::uint64_t updates);
  // The topics whose last published frames are to be requested now; none while some are on their way.
  std::vector<routing::TopicId> request_frames(std::size_t room);
  // A requested frame came. Returns the updates that it stands for; 0: it is no longer wanted.
  std::uint64_t take_requested(routing::TopicId topic, std::size_t frame_bytes);
  // Another frame stands for what waits of the topic, or the client has left the topic. Returns those updates.
  std::uint64_t take(routing::TopicId topic);
  // The session has caught up when nothing waits and the socket has taken all that there is; else its reader is as slow
  // as before. Returns how many updates were conflated meanwhile; nothing: it has not caught up.
  std::optional<std::uint64_t> end_if_caught_up(std::int64_t now_ns);
  // The session is closing.
  void give_up() { slow_.reset(); }
  // Updates that no frame was sent for.
  std::uint64_t updates() const { return slow_ == nullptr ? 0 : slow_->queue.updates(); }

  // A session that has kept up for a while may have as much unsent as others again.
  void look(std::int64_t now_ns);
  // Whether the client has taken no byte for `ns` though there were some.
  bool has_stopped_reading(std::int64_t ns, std::int64_t now_ns);

 private:
  // The state that only a slow session has.
  struct Slow {
    ConflationQueue queue;
    std::uint64_t conflated_before = 0;
    // Counts of the requested frames that came, to estimate the size of the next.
    std::size_t frames = 0;
    std::size_t bytes = 0;
  };

  websocket::Connection& connection_;
  const Ledger& counts_;
  std::unique_ptr<Slow> slow_;
  std::int64_t restricted_until_ns_ = 0;  // until then a session that was slow is given little at a time; 0: it was not
  std::uint64_t written_ = 0;             // bytes that the socket had taken at the last look
  std::int64_t progress_ns_ = 0;          // when the socket was last seen to take some, or had none to take
};

}  // namespace gw::session
