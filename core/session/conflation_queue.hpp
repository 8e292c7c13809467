// Conflation: when a session or a shard cannot take all that a topic publishes, one frame, the topic's last published
// one, stands for several updates. [owner]
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>

#include "core/routing/names.hpp"

namespace gw::session {

// The updates of one topic that its next frame will stand for, and whether that frame has been requested already.
class Conflated {
 public:
  std::uint64_t updates() const { return updates_; }
  bool is_requested() const { return requested_; }
  // An update that comes after the request was made is in the requested frame too.
  void add(std::uint64_t updates) { updates_ += updates; }
  void request() { requested_ = true; }
  // The frame goes out, or is no longer wanted. Returns the updates that it stands for.
  std::uint64_t take() {
    requested_ = false;
    return std::exchange(updates_, 0);
  }

 private:
  std::uint64_t updates_ = 0;
  bool requested_ = false;
};

// The topics whose last published frames are wanted, in the order in which they were first missed, so that no topic is
// starved by a busier one.
class ConflationQueue {
 public:
  bool empty() const { return topics_.empty(); }
  bool has_requested() const { return requested_ != 0; }
  bool has_unrequested() const { return topics_.size() != requested_; }
  // The updates that no frame has been sent for.
  std::uint64_t updates() const { return updates_; }
  void add(routing::TopicId topic, std::uint64_t updates = 1);
  // Requests the frame of the topic that has waited longest; only while has_unrequested().
  routing::TopicId request_next();
  // Takes that topic out of the queue, without a request.
  struct Entry {
    routing::TopicId topic;
    std::uint64_t updates;
  };
  Entry take_next();
  // Takes a topic out before its turn. Returns its updates; 0: it was not there.
  std::uint64_t take(routing::TopicId topic);
  // Does the same, but only if the topic's frame was requested.
  std::uint64_t take_requested(routing::TopicId topic);

 private:
  using Topics = std::unordered_map<routing::TopicId, Conflated>;
  Topics::iterator next();
  std::uint64_t remove(Topics::iterator found);

  std::deque<routing::TopicId> order_;  // some may have been taken out before their turn
  Topics topics_;
  std::size_t requested_ = 0;
  std::uint64_t updates_ = 0;
};

}  // namespace gw::session
