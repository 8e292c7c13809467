// Wakes the sessions of a shard when the time of one of their sampled topics has come: one timer for all. [shard]
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "core/event_loop/event_loop.hpp"
#include "core/routing/names.hpp"
#include "core/session/session_table.hpp"

namespace gw::session {

class WakeUps {
 public:
  // The sessions are told by SessionUpdates::wake.
  WakeUps(event_loop::EventLoop& loop, const SessionTable& sessions);
  ~WakeUps();
  void schedule(routing::SessionId session, routing::TopicId topic, std::int64_t at_ns);

 private:
  struct WakeUp {
    std::int64_t at_ns;
    routing::SessionId session;
    routing::TopicId topic;
    bool operator>(const WakeUp& other) const { return at_ns > other.at_ns; }
  };
  void wake();
  void drop_unexpected();

  struct Timer;
  std::unique_ptr<Timer> timer_;
  const SessionTable& sessions_;
  std::priority_queue<WakeUp, std::vector<WakeUp>, std::greater<>> queue_;
  std::size_t max_queued_ = 0;  // at this size the wake-ups that nobody expects any more are dropped
};

}  // namespace gw::session
