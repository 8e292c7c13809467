#include "core/proxy/late_topics.hpp"

namespace gw::proxy {

void LateTopics::add(routing::TopicId topic, std::uint64_t updates) {
  updates_ += updates;
  const auto [found, fresh] = waiting_.try_emplace(topic, 0);
  found->second += updates;
  if (fresh) order_.push_back(topic);
}

LateTopics::Late LateTopics::pop() {
  auto found = waiting_.find(order_.front());
  while (found == waiting_.end()) {  // one that was taken out of turn
    order_.pop_front();
    found = waiting_.find(order_.front());
  }
  const Late late{found->first, found->second};
  waiting_.erase(found);
  order_.pop_front();
  updates_ -= late.updates;
  if (waiting_.empty()) order_.clear();
  return late;
}

std::uint64_t LateTopics::take(routing::TopicId topic) {
  const auto found = waiting_.find(topic);
  if (found == waiting_.end()) return 0;
  const std::uint64_t updates = found->second;
  waiting_.erase(found);
  updates_ -= updates;
  if (waiting_.empty()) order_.clear();
  return updates;
}

}  // namespace gw::proxy
