// What core/topics calls: the shards that own the clients' sockets, the notices to clients about their subscriptions,
// and the publisher. All calls on routing's thread, which with one shard is the shard's own.
#pragma once

#include <span>
#include <string_view>

#include "core/topics/encoder.hpp"
#include "core/topics/lane.hpp"
#include "core/upstream/ids.hpp"

namespace gw::topics {

// One shard: the path of live updates, apart from all notices. [routing]
class ShardPort {
 public:
  virtual ~ShardPort() = default;
  // Appends the frame to each session's output, or remembers that the session lacks the topic's last published frame:
  // see Router::last_published. In lane `sampled` there is no frame. One call per topic update, shard and lane; all
  // sessions are this shard's. No allocation for sessions that read. [routing]
  virtual void deliver(upstream::TopicId topic, Lane lane, std::string_view frame,
                       std::span<const SessionId> sessions) noexcept = 0;
  // The session has joined the topic's audience as the last one in this lane. [routing]
  virtual void joined(SessionId session, upstream::TopicId topic, Lane lane) = 0;
  // The session has left its position in the lane, which the lane's last session takes. [routing]
  virtual void left(SessionId session, upstream::TopicId topic, Lane lane, std::uint32_t position) = 0;
};

// What clients are told of their subscriptions. [routing]
class SubscriptionNotices {
 public:
  virtual ~SubscriptionNotices() = default;
  // The session cannot get the topic that had been confirmed to it. [routing]
  virtual void refused(SessionId session, const TopicInfo& topic, std::string_view reason) = 0;
  // The subscription is pending, active or failed now, or has another note: the topic says which. [routing]
  virtual void subscription_changed(upstream::TopicId topic, std::span<const SessionId> sessions) = 0;
};

// Gets each update of the default group's topics, plain variant. [routing]
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void publish(std::string_view topic, std::string_view payload) noexcept = 0;
};

}  // namespace gw::topics
