#include "core/routing/topic_lifetime.hpp"

namespace gw::routing {

TopicId TopicLifetime::find_or_add(GroupId group, const upstream::InstrumentKey& key, Stream stream) {
  bool is_new = false;
  const upstream::InterestId interest = interests_.find_or_add(group, key, is_new);
  if (is_new) demand_.choose_sources(interest);
  return topics_.find_or_add(interest, stream);
}

void TopicLifetime::end_if_unused(TopicId id) {
  if (topics_[id].is_used()) return;
  const upstream::InterestId interest = topics_[id].interest;
  topics_.remove(id);
  publisher_.forget(id);
  const upstream::Interest& i = interests_[interest];
  if (i.topic_count == 0) {
    demand_.release(interest);
    interests_.remove(interest);
  } else if (!i.ends) {
    demand_.request(interest);
  }
}

}  // namespace gw::routing
