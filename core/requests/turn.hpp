// Drives the turns of routing's thread: records are taken from the adapters, which makes frames, then the shards'
// sockets are written. Both go in steps, between which the loop serves clients that connect or ask. The sockets of a
// shard of the same thread are written here; a shard of another thread is rung and writes its own. [routing]
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/bus/doorbell.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/requests/clients.hpp"
#include "core/routing/router.hpp"

namespace gw::requests {

class Turn {
 public:
  // `bell` is rung by the adapters' channels.
  Turn(event_loop::EventLoop& loop, bus::Doorbell& bell, routing::Router& router, const Clients::Inboxes& inboxes);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  bool step();
  bool take_records();
  bool is_full(std::uint64_t delivered) const;
  void flush_answers();
  bool flush_some();

  routing::Router& router_;
  const Clients::Inboxes& inboxes_;
  bool rung_ = false;   // the adapters may have records
  bool begun_ = false;  // a turn is under way
  // Counts of that turn so far.
  std::size_t records_ = 0;
  std::uint64_t delivered_ = 0;
};

}  // namespace gw::requests
