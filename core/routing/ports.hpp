// What routing calls: who talks to the clients.
#pragma once

#include <string_view>

#include "core/routing/names.hpp"

namespace gw::routing {

// All calls on routing's thread.
class SessionPort : public topics::Delivery {
 public:
  // The session holds the topic no more: there is no such instrument any more. [routing]
  virtual void ended(SessionId session, const TopicInfo& topic, const Gone& why) = 0;
  // The link's state changed: who wants to know asks Router::broker. [routing]
  virtual void broker_changed(BrokerId broker) = 0;
  // Its feed went silent or late, or is back: Router::broker says more. [routing]
  virtual void feed_changed(BrokerId broker) = 0;
  // Another broker serves this group now, in a new epoch. [routing]
  virtual void switched(GroupId group, std::string_view why) = 0;
};

}  // namespace gw::routing
