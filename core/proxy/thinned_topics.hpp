// The topics that one client wants at most once in an interval, and which of them have something newer for it. The last
// value always comes. [shard]
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "core/routing/names.hpp"

namespace gw::proxy {

struct ThinnedTopic {
  std::int64_t interval_ns = 0;
  std::int64_t next_ns = 0;   // not before
  std::uint64_t updates = 0;  // since the last that was sent or asked for
  std::uint64_t asked = 0;    // the desk was asked for the newest value, which stands for so many
  std::int64_t due_ns = 0;    // when the shard looks at it again; 0: not
};

class ThinnedTopics {
 public:
  bool empty() const { return topics_.empty(); }
  void set(routing::TopicId topic, std::int64_t interval_ns) { topics_[topic].interval_ns = interval_ns; }
  ThinnedTopic* find(routing::TopicId topic) {
    const auto found = topics_.find(topic);
    return found == topics_.end() ? nullptr : &found->second;
  }
  // Updates of it that were not sent, and need not be any more.
  std::uint64_t settle(routing::TopicId topic) {
    ThinnedTopic* thinned = find(topic);
    return thinned == nullptr ? 0 : std::exchange(thinned->updates, 0) + std::exchange(thinned->asked, 0);
  }
  // The same of one that is thinned no more.
  std::uint64_t take(routing::TopicId topic) {
    const std::uint64_t updates = settle(topic);
    topics_.erase(topic);
    return updates;
  }
  std::uint64_t updates() const {
    std::uint64_t sum = 0;
    for (const auto& [id, topic] : topics_) sum += topic.updates + topic.asked;
    return sum;
  }

 private:
  std::unordered_map<routing::TopicId, ThinnedTopic> topics_;
};

}  // namespace gw::proxy
