// The interface by which sessions know the side that decides their requests. RequestPort takes the calls to routing's
// thread, in their order. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/event_loop/event_loop.hpp"
#include "core/protocol/request.hpp"
#include "core/routing/names.hpp"

namespace gw::session {

// The reason why a frame was made for one session alone.
enum class FrameKind : std::uint8_t {
  own,             // a snapshot, or an update that was missed while the client was away
  last_published,  // the last published frame of a topic, for which a slow consumer had asked
  sampled          // the last published frame of a sampled topic whose time had come
};

class RequestSide {
 public:
  virtual ~RequestSide() = default;
  // A client has connected. `name` is how logs call it.
  virtual void opened(routing::SessionId session, std::shared_ptr<const std::string> name, bool deflated) = 0;
  // `bytes` is what the request weighs until ClientSession::request_done. `room`: bytes that may be sent to the session
  // with the answer; the session is told of the rest by ClientSession::filled. 0: none are lent, and filled is not
  // called.
  virtual void asked(routing::SessionId session, protocol::Request request, std::size_t bytes, std::size_t room) = 0;
  // The session lends `room` bytes for the things that wait. ClientSession::filled follows.
  virtual void fill(routing::SessionId session, std::size_t room) = 0;
  // The last published frame of each topic is wanted; SessionUpdates::frame follows for each.
  virtual void last_published(routing::SessionId session, const std::vector<routing::TopicId>& topics,
                              FrameKind kind) = 0;
  // The session is closing and wants nothing more. `lingers`: the client may have lost its network only.
  virtual void leaving(routing::SessionId session, bool lingers) = 0;
  // The connection is gone: the shard may forget the session.
  virtual void closed(routing::SessionId session) = 0;
};

// The way from a shard to the request side. [shard]
class RequestPort {
 public:
  // Called before the loops run.
  void connect(event_loop::EventLoop& loop, RequestSide& side) {
    loop_ = &loop;
    side_ = &side;
  }
  void post(std::function<void(RequestSide&)> task) {
    loop_->post([side = side_, task = std::move(task)] { task(*side); });
  }

 private:
  event_loop::EventLoop* loop_ = nullptr;
  RequestSide* side_ = nullptr;
};

}  // namespace gw::session
