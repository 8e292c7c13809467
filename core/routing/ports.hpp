// What routing calls: the shard that owns the clients' sockets, and the publisher beside it.
#pragma once

#include <span>
#include <string_view>

#include "core/routing/encoder.hpp"
#include "core/routing/stream.hpp"

namespace gw::routing {

// Implemented by the proxy. All calls on routing's thread, which with one shard is the shard's own.
class SessionPort {
 public:
  virtual ~SessionPort() = default;
  // Appends the frame to each session's output. One call per topic update and variant. No allocation. [routing]
  virtual void deliver(std::string_view frame, std::span<const SessionId> sessions) noexcept = 0;
  // The broker refused what had been confirmed to this session. [routing]
  virtual void refused(SessionId session, const TopicInfo& topic, std::string_view reason) = 0;
  // The link's state changed: who wants to know asks Router::status. [routing]
  virtual void broker_changed(BrokerId broker) = 0;
};

// Gets each update of the default broker's topics, plain variant. [routing]
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void publish(std::string_view topic, std::string_view payload) noexcept = 0;
};

}  // namespace gw::routing
