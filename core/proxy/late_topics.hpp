// The topics of which a client, or a shard, that is behind lacks the newest value, in the order in which it fell
// behind: none is starved by a busier one. [owner]
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "core/routing/names.hpp"

namespace gw::proxy {

class LateTopics {
 public:
  bool empty() const { return waiting_.empty(); }
  bool contains(routing::TopicId topic) const { return waiting_.contains(topic); }
  // Updates that no frame has been handed over for.
  std::uint64_t updates() const { return updates_; }
  void add(routing::TopicId topic, std::uint64_t updates = 1);
  struct Late {
    routing::TopicId topic;
    std::uint64_t updates;  // one frame stands for all of them
  };
  // The topic that has waited longest; it waits no more. Not of an empty one.
  Late pop();
  // Takes a topic out of turn: how many updates it had.
  std::uint64_t take(routing::TopicId topic);

 private:
  std::deque<routing::TopicId> order_;
  std::unordered_map<routing::TopicId, std::uint64_t> waiting_;
  std::uint64_t updates_ = 0;
};

}  // namespace gw::proxy
