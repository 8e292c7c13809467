// From the desk to one shard, in order: live updates and whatever else a session is told. On the shard's own thread a
// call; else records in a ring, rung once per turn. A ring that is full, because the shard does not keep up, keeps the
// newest value of each topic and everything else in its order.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bus/channel.hpp"
#include "core/bus/doorbell.hpp"
#include "core/proxy/late_topics.hpp"
#include "core/routing/names.hpp"

namespace gw::proxy {

class Shard;

class ShardLink {
 public:
  // The newest frame of a topic in a lane, as that shard's audience there would get it.
  using Newest = std::function<std::string_view(routing::TopicId topic, routing::Lane lane)>;

  // `is_local`: the desk runs on the shard's thread.
  ShardLink(Shard& shard, bool is_local, Newest newest);
  ~ShardLink();

  // ---- [routing]
  void deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
               std::span<const routing::SessionId> sessions) noexcept;
  void joined(routing::SessionId session, routing::TopicId topic, routing::Lane lane);
  void left(routing::SessionId session, routing::TopicId topic, routing::Lane lane, std::uint32_t place);
  // `topic`, when given: nothing of it that was published before may come after this.
  void call(std::function<void(Shard&)> task, routing::TopicId topic = routing::kNoTopic);
  // Lets the shard know. With every turn, and when the shard has made room.
  void flush();

 private:
  struct Remote;
  Shard& shard_;
  std::unique_ptr<Remote> remote_;  // null: local
};

}  // namespace gw::proxy
