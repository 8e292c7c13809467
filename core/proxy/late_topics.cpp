#include "core/proxy/late_topics.hpp"

namespace gw::proxy {

LateTopics::Late LateTopics::pop() {
  // One that was taken out of turn has left its place behind.
  while (!waiting_.contains(order_.front())) order_.pop_front();
  const auto found = waiting_.find(order_.front());
  const Late late{found->first, found->second};
  waiting_.erase(found);
  order_.pop_front();
  updates_ -= late.updates;
  if (waiting_.empty()) order_.clear();
  return late;
}

void LateTopics::clear() {
  order_.clear();
  waiting_.clear();
  updates_ = 0;
}

}  // namespace gw::proxy
