// Sends a client the things that can wait until its session has room: updates that it missed while it was away, then
// snapshots of its new subscriptions, then the states of its subscriptions. The session is told that something waits,
// and lends its room. [routing]
#pragma once

#include <cstddef>

#include "core/requests/subscriber.hpp"
#include "core/routing/names.hpp"
#include "core/routing/router.hpp"

namespace gw::requests {

class CatchUp {
 public:
  explicit CatchUp(routing::Router& router) : router_(router) {}

  void add_snapshot(Subscriber& client, routing::TopicId topic);
  void add_status(Subscriber& client, routing::TopicId topic);
  void add_resume(Subscriber& client, const Waiting::Resume& resume);
  // Forgets to resume topics that the client has left: it may hold one of them again, with live updates, before the
  // resume would have its turn.
  void drop_resumes_of_left(Subscriber& client);
  // Forgets all that waits for the client.
  void drop_all(Subscriber& client);
  // Adds snapshots and states of all that the client holds.
  void add_held(Subscriber& client);
  // Sends as much as fits into `room` bytes, and gives the room back.
  void fill(Subscriber& client, std::size_t room);

 private:
  Waiting& waiting(Subscriber& client);
  bool send_resumes(Subscriber& client, std::size_t& room);
  bool send_snapshots(Subscriber& client, std::size_t& room);
  bool send_statuses(Subscriber& client, std::size_t& room);

  routing::Router& router_;
};

}  // namespace gw::requests
