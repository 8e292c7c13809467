#include "core/session/sampled_topics.hpp"

#include <algorithm>

namespace gw::session {

SampledTopics::Sampled* SampledTopics::find(routing::TopicId topic) {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? nullptr : &found->second;
}

bool SampledTopics::add(routing::TopicId topic, std::uint64_t updates) {
  Sampled* sampled = find(topic);
  if (sampled == nullptr) return false;
  sampled->conflated.add(updates);
  if (!sampled->conflated.is_requested() && sampled->wake_up_ns == 0) schedule(topic, *sampled);
  return true;
}

void SampledTopics::schedule(routing::TopicId topic, Sampled& sampled) {
  sampled.wake_up_ns = std::max<std::int64_t>(sampled.next_ns, 1);
  wake_ups_.schedule(session_, topic, sampled.wake_up_ns);
}

bool SampledTopics::is_wake_up(routing::TopicId topic, std::int64_t at_ns) const {
  const auto found = topics_.find(topic);
  return found != topics_.end() && found->second.wake_up_ns == at_ns;
}

bool SampledTopics::wake(routing::TopicId topic, std::int64_t at_ns, std::int64_t now_ns) {
  if (!is_wake_up(topic, at_ns)) return false;
  Sampled& sampled = *find(topic);
  sampled.wake_up_ns = 0;
  if (sampled.conflated.updates() == 0 || sampled.conflated.is_requested()) return false;
  if (now_ns < sampled.next_ns) {  // a frame of it went out another way meanwhile
    schedule(topic, sampled);
    return false;
  }
  sampled.next_ns = now_ns + sampled.interval_ns;
  return true;
}

std::uint64_t SampledTopics::take_requested(routing::TopicId topic) {
  Sampled* sampled = find(topic);
  return sampled == nullptr || !sampled->conflated.is_requested() ? 0 : sampled->conflated.take();
}

std::uint64_t SampledTopics::settle(routing::TopicId topic) {
  Sampled* sampled = find(topic);
  return sampled == nullptr ? 0 : sampled->conflated.take();
}

std::uint64_t SampledTopics::settle_by_frame(routing::TopicId topic, std::int64_t now_ns) {
  Sampled* sampled = find(topic);
  if (sampled == nullptr) return 0;
  sampled->next_ns = now_ns + sampled->interval_ns;
  return sampled->conflated.take();
}

std::uint64_t SampledTopics::remove(routing::TopicId topic) {
  const std::uint64_t updates = settle(topic);
  topics_.erase(topic);
  return updates;
}

std::uint64_t SampledTopics::updates() const {
  std::uint64_t sum = 0;
  for (const auto& [id, topic] : topics_) sum += topic.conflated.updates();
  return sum;
}

}  // namespace gw::session
