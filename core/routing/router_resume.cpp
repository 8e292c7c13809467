// Clients that come back after a lost connection: what stays wanted for them, and what they get of what they missed.
#include <algorithm>

#include "core/routing/router.hpp"

namespace gw::routing {

void Router::keep(TopicId id, std::int64_t until_ns) {
  Topic& topic = *topics_[id];
  if (topic.kept_until_ns >= until_ns) return;
  if (topic.kept_until_ns != 0) kept_.erase({topic.kept_until_ns, id});
  topic.kept_until_ns = until_ns;
  kept_.insert({until_ns, id});
}

void Router::let_go() {
  const std::int64_t now = clocks_.monotonic();
  while (!kept_.empty() && kept_.begin()->first <= now) {
    const TopicId id = kept_.begin()->second;
    kept_.erase(kept_.begin());
    topics_[id]->kept_until_ns = 0;
    drop_topic_if_unused(id);
  }
}

bool Router::replay(SessionId session, TopicId id, std::uint64_t& seq, std::uint64_t& missing,
                    const std::function<bool(std::string_view)>& take) {
  const Topic& topic = *topics_[id];
  while (find_oldest_after(topic, seq)) {
    for (auto at = replayed_.rbegin(); at != replayed_.rend(); ++at) {
      const FrameLog::Entry entry = log_.at(*at);
      if (!take(entry.frame)) return false;
      missing += entry.seq - seq - 1;
      seq = entry.seq;
    }
  }
  if (topic.seq > seq) missing += topic.seq - seq;
  seq = std::max(seq, topic.seq);
  go_live(session, id);
  return true;
}

// At most a stride of what is kept of the topic after `seq`, newest first. Back in strides, then frame by frame: one
// topic may have hundreds of thousands.
bool Router::find_oldest_after(const Topic& topic, std::uint64_t seq) {
  replayed_.clear();
  FrameLog::Position from = topic.logged.newest;
  for (FrameLog::Position at = from; log_.has(at) && log_.at(at).seq > seq; at = log_.at(at).milestone) from = at;
  for (FrameLog::Position at = from; log_.has(at); at = log_.at(at).before) {
    if (log_.at(at).seq <= seq) break;
    replayed_.push_back(at);
  }
  return !replayed_.empty();
}

void Router::go_live(SessionId session, TopicId id) {
  const auto held = client(session).held.find(id);
  if (held == client(session).held.end() || held->second.live) return;
  held->second.seq = topics_[id]->seq;
  held->second.withheld = topics_[id]->withheld;
  enter(session, id, held->second.lane, held->second);
}

}  // namespace gw::routing
