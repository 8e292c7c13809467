// What routing calls beside the shards: the port that tells clients what changes.
#pragma once

#include <string_view>

#include "core/routing/names.hpp"

namespace gw::routing {

// All calls on routing's thread.
class SessionPort : public topics::SubscriptionNotices {
 public:
  // The session does not hold the topic any more, because there is no such instrument any more. [routing]
  virtual void ended(SessionId session, const TopicInfo& topic, const Gone& why) = 0;
  // The state of the broker's link changed: Router::brokers() says how. [routing]
  virtual void broker_changed(BrokerId broker) = 0;
  // A feed of the broker went silent or late, or is back: Router::brokers() says more. [routing]
  virtual void feed_changed(BrokerId broker) = 0;
  // Another broker serves this group now, in a new epoch. [routing]
  virtual void switched(GroupId group, std::string_view why) = 0;
  // Sequence numbers of the group's topics have jumped without updates; its epoch is a new one. [routing]
  virtual void renumbered(GroupId group) = 0;
};

}  // namespace gw::routing
