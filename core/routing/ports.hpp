// What routing calls: the shard that owns the clients' sockets, and the publisher beside it.
#pragma once

#include <span>
#include <string_view>

#include "core/routing/encoder.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/stream.hpp"

namespace gw::routing {

// Implemented by the proxy. All calls on routing's thread, which with one shard is the shard's own.
class SessionPort {
 public:
  virtual ~SessionPort() = default;
  // Appends the frame to each session's output, or remembers that the session lacks the topic's newest value: see
  // Router::latest. In lane `thinned` there is no frame. One call per topic update, shard and lane; all sessions are
  // the shard's. No allocation for sessions that read. [routing]
  virtual void deliver(TopicId topic, Lane lane, std::string_view frame,
                       std::span<const SessionId> sessions) noexcept = 0;
  // The session is the last of the topic's audience in this lane from now on. [routing]
  virtual void joined(SessionId session, TopicId topic, Lane lane) = 0;
  // It was at this place of the audience, which the last one takes. [routing]
  virtual void left(SessionId session, TopicId topic, Lane lane, std::uint32_t place) = 0;
  // What had been confirmed to this session cannot be had. [routing]
  virtual void refused(SessionId session, const TopicInfo& topic, std::string_view reason) = 0;
  // The session holds the topic no more: there is no such instrument any more. [routing]
  virtual void ended(SessionId session, const TopicInfo& topic, const Gone& why) = 0;
  // Pending, active or failed: who wants to know asks Router::subscription. [routing]
  virtual void subscription_changed(TopicId topic, std::span<const SessionId> sessions) = 0;
  // The link's state changed: who wants to know asks Router::broker. [routing]
  virtual void broker_changed(BrokerId broker) = 0;
  // Its feed went silent or late, or is back: Router::broker says more. [routing]
  virtual void feed_changed(BrokerId broker) = 0;
  // Another broker serves this lineup now, in a new epoch. [routing]
  virtual void switched(LineupId lineup, std::string_view why) = 0;
};

// Gets each update of the default lineup's topics, plain variant. [routing]
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void publish(std::string_view topic, std::string_view payload) noexcept = 0;
};

}  // namespace gw::routing
