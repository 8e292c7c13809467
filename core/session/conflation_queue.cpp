#include "core/session/conflation_queue.hpp"

namespace gw::session {

void ConflationQueue::add(routing::TopicId topic, std::uint64_t updates) {
  updates_ += updates;
  const auto [found, is_new] = topics_.try_emplace(topic);
  found->second.add(updates);
  if (is_new) order_.push_back(topic);
}

// The topic that has waited longest of those that are not requested; it leaves the order.
ConflationQueue::Topics::iterator ConflationQueue::next() {
  for (;;) {
    const auto found = topics_.find(order_.front());
    order_.pop_front();
    if (found != topics_.end() && !found->second.is_requested()) return found;
  }
}

routing::TopicId ConflationQueue::request_next() {
  const auto found = next();
  found->second.request();
  ++requested_;
  if (!has_unrequested()) order_.clear();
  return found->first;
}

ConflationQueue::Entry ConflationQueue::take_next() {
  const auto found = next();
  const routing::TopicId topic = found->first;
  return {topic, remove(found)};
}

std::uint64_t ConflationQueue::take(routing::TopicId topic) {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : remove(found);
}

std::uint64_t ConflationQueue::take_requested(routing::TopicId topic) {
  const auto found = topics_.find(topic);
  return found == topics_.end() || !found->second.is_requested() ? 0 : remove(found);
}

std::uint64_t ConflationQueue::remove(Topics::iterator found) {
  if (found->second.is_requested()) --requested_;
  const std::uint64_t updates = found->second.take();
  topics_.erase(found);
  updates_ -= updates;
  if (!has_unrequested()) order_.clear();
  return updates;
}

}  // namespace gw::session
