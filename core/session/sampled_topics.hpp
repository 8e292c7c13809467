// The topics of which one session wants at most one frame in an interval, and the updates of each that it has not been
// sent. The last value always comes. [shard]
#pragma once

#include <cstdint>
#include <unordered_map>

#include "core/routing/names.hpp"
#include "core/session/conflation_queue.hpp"
#include "core/session/wake_ups.hpp"

namespace gw::session {

class SampledTopics {
 public:
  SampledTopics(WakeUps& wake_ups, routing::SessionId session) : wake_ups_(wake_ups), session_(session) {}

  bool empty() const { return topics_.empty(); }
  void set(routing::TopicId topic, std::int64_t interval_ns) { topics_[topic].interval_ns = interval_ns; }
  // Updates that were published. False: the topic is not sampled.
  bool add(routing::TopicId topic, std::uint64_t updates);
  bool is_wake_up(routing::TopicId topic, std::int64_t at_ns) const;
  // A wake-up. True: a frame may be sent now, by request() or, where it must wait for room, after settle().
  bool wake(routing::TopicId topic, std::int64_t at_ns, std::int64_t now_ns);
  void request(routing::TopicId topic) { topics_[topic].conflated.request(); }
  // The requested frame came. Returns the updates that it stands for; 0: it is no longer wanted.
  std::uint64_t take_requested(routing::TopicId topic);
  // Another frame stands for what was published so far. Returns those updates.
  std::uint64_t settle(routing::TopicId topic);
  // Does the same for a frame that goes out now: the next one waits for the interval.
  std::uint64_t settle_by_frame(routing::TopicId topic, std::int64_t now_ns);
  // The client has left the topic. Returns the updates that were not sent.
  std::uint64_t remove(routing::TopicId topic);
  // The updates of all topics that were not sent.
  std::uint64_t updates() const;

 private:
  struct Sampled {
    std::int64_t interval_ns = 0;
    std::int64_t next_ns = 0;     // no frame before this time
    std::int64_t wake_up_ns = 0;  // 0: none is scheduled
    Conflated conflated;
  };
  Sampled* find(routing::TopicId topic);
  void schedule(routing::TopicId topic, Sampled& sampled);

  WakeUps& wake_ups_;
  const routing::SessionId session_;
  std::unordered_map<routing::TopicId, Sampled> topics_;
};

}  // namespace gw::session
