#include "core/routing/interest_events.hpp"

namespace gw::routing {

void InterestEvents::waits(const upstream::Interest& interest, const std::string& reason) {
  interest.for_each_topic([&](TopicId topic) { parts_.topics.tell_refused(topic, reason); });
}

void InterestEvents::listing_changed(const upstream::Interest& interest) {
  interest.for_each_topic([&](TopicId topic) { parts_.topics.tell_extras(topic); });
}

void InterestEvents::switch_done(GroupId group) {
  if (group != kDefaultGroup) return;
  parts_.pinned.apply();
  parts_.subscribed.apply();
}

void InterestEvents::ended(upstream::InterestId id, const Gone& why) {
  parts_.interests[id].ends = true;
  for (const TopicId topic : parts_.interests[id].all_topics()) {
    parts_.topics[topic].pinned = false;
    parts_.topics[topic].subscribed = false;
    parts_.replay.end(topic);
    const std::vector<SessionId> holders = parts_.holdings.holders_of(topic);
    const TopicInfo info = parts_.topics[topic].info;
    for (const SessionId session : holders) {
      parts_.holdings.leave(session, topic);
      if (session == holders.back()) parts_.lifetime.end_if_unused(topic);
      parts_.port.ended(session, info, why);
    }
    if (holders.empty()) parts_.lifetime.end_if_unused(topic);
  }
}

}  // namespace gw::routing
