// What a client is sent when its session has room: what it missed while it was away, snapshots of what it subscribed
// to, and the states of its subscriptions, in this order. The session is told that something waits, and lends its room.
// [routing]
#pragma once

#include <cstddef>

#include "core/requests/subscriber.hpp"
#include "core/routing/router.hpp"
#include "core/routing/stream.hpp"

namespace gw::requests {

class CatchUp {
 public:
  explicit CatchUp(routing::Router& router) : router_(router) {}

  void add_snapshot(Subscriber& client, routing::TopicId topic);
  void add_status(Subscriber& client, routing::TopicId topic);
  void add_resume(Subscriber& client, const Waiting::Resume& resume);
  // It may hold such a topic again before it is its turn, and has live updates of it by then.
  void drop_resumes_of_left(Subscriber& client);
  // What waits is not wanted any more.
  void drop_all(Subscriber& client);
  // Snapshots and states of all that it holds.
  void add_held(Subscriber& client);
  // Sends what waits, as far as `room` bytes go, and gives the room back.
  void fill(Subscriber& client, std::size_t room);

 private:
  Waiting& waiting(Subscriber& client);
  bool send_resumes(Subscriber& client, std::size_t& room);
  bool send_snapshots(Subscriber& client, std::size_t& room);
  bool send_statuses(Subscriber& client, std::size_t& room);

  routing::Router& router_;
};

}  // namespace gw::requests
