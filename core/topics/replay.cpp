#include "core/topics/replay.hpp"

#include <algorithm>

namespace gw::topics {

void Replay::keep(TopicId id, std::int64_t until_ns) {
  Topic& topic = topics_[id];
  if (topic.kept_until_ns >= until_ns) return;
  end(id);
  topic.kept_until_ns = until_ns;
  kept_.insert({until_ns, id});
}

void Replay::end(TopicId id) {
  if (std::int64_t& until = topics_[id].kept_until_ns; until != 0) kept_.erase({std::exchange(until, 0), id});
}

std::vector<TopicId> Replay::take_expired(std::int64_t now_ns) {
  std::vector<TopicId> expired;
  while (!kept_.empty() && kept_.begin()->first <= now_ns) {
    const TopicId id = kept_.begin()->second;
    kept_.erase(kept_.begin());
    topics_[id].kept_until_ns = 0;
    expired.push_back(id);
  }
  return expired;
}

bool Replay::hand_over(TopicId id, std::uint64_t& seq, std::uint64_t& missing,
                       const std::function<bool(std::string_view)>& take) {
  const Topic& topic = topics_[id];
  while (find_oldest_after(topic, seq)) {
    for (auto at = found_.rbegin(); at != found_.rend(); ++at) {
      const ReplayLog::Entry entry = log_.at(*at);
      if (!take(entry.frame)) return false;
      missing += entry.seq - seq - 1;
      seq = entry.seq;
    }
  }
  if (topic.seq > seq) missing += topic.seq - seq;
  seq = std::max(seq, topic.seq);
  return true;
}

// Fills `found_` with the oldest kept frames of the topic after `seq`, about a stride of them, last first. Goes back in
// strides, then frame by frame: one topic may have hundreds of thousands.
bool Replay::find_oldest_after(const Topic& topic, std::uint64_t seq) {
  found_.clear();
  ReplayLog::Position from = topic.logged.last;
  for (ReplayLog::Position at = from; log_.has(at) && log_.at(at).seq > seq; at = log_.at(at).milestone) from = at;
  for (ReplayLog::Position at = from; log_.has(at); at = log_.at(at).before) {
    if (log_.at(at).seq <= seq) break;
    found_.push_back(at);
  }
  return !found_.empty();
}

}  // namespace gw::topics
