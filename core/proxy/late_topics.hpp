// The topics of which a client that is behind lacks the newest value, in the order in which it fell behind: none is
// starved by a busier one. [shard]
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "core/routing/stream.hpp"

namespace gw::proxy {

class LateTopics {
 public:
  bool empty() const { return waiting_.empty(); }
  // Updates that no frame has been handed over for.
  std::uint64_t updates() const { return updates_; }
  void add(routing::TopicId topic) {
    ++updates_;
    if (++waiting_[topic] == 1) order_.push_back(topic);
  }
  struct Late {
    routing::TopicId topic;
    std::uint64_t updates;  // one frame stands for all of them
  };
  // The topic that has waited longest; it waits no more. Not of an empty one.
  Late pop();
  // Takes all topics of which `leaves` holds.
  template <class Leaves>
  std::uint64_t take_if(Leaves&& leaves) {
    std::uint64_t updates = 0;
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (leaves(it->first)) {
        updates += it->second;
        it = waiting_.erase(it);
      } else {
        ++it;
      }
    }
    updates_ -= updates;
    if (waiting_.empty()) order_.clear();
    return updates;
  }
  void clear();

 private:
  std::deque<routing::TopicId> order_;
  std::unordered_map<routing::TopicId, std::uint64_t> waiting_;
  std::uint64_t updates_ = 0;
};

}  // namespace gw::proxy
