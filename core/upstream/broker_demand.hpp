// What all interests together want of one broker: within the broker's limits, without what it has refused, and handed
// to its adapter as far as the ring has room. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/bus/channel.hpp"
#include "core/registry/capabilities.hpp"
#include "core/registry/limits.hpp"
#include "core/upstream/connection_allocator.hpp"
#include "core/upstream/route_table.hpp"
#include "core/upstream/successor.hpp"

namespace gw::upstream {

class BrokerDemand {
 public:
  // `routes` outlives this.
  BrokerDemand(RouteTable& routes, const registry::Limits& limits) : routes_(routes), allocator_(limits) {}

  // The broker has another adapter, and perhaps other limits: nothing is wanted until want() says so.
  void begin_anew(const registry::Limits& limits);
  // The adapter is gone, and a new one knows nothing of what it was asked. What is wanted stays wanted.
  void forget_adapter();
  // Another adapter goes on: it was told this much, in the same limits, and has these values. What is wanted by now
  // follows with the next flush().
  void hand_over(Successor::All& told);

  // Changes what is wanted of the route; false, and nothing changed, when no connection has room for it.
  bool want(RouteHandle handle, std::uint32_t mode, std::uint32_t depth);
  // Why want() says no to this level, for people.
  std::string limit_text(std::string_view exchange, std::uint32_t mode, std::uint32_t level) const {
    return allocator_.limit_text(exchange, mode, level);
  }
  const ConnectionAllocator& allocator() const { return allocator_; }
  // Room was freed since the last call.
  bool take_freed() { return std::exchange(freed_, false); }
  std::size_t wanted_count() const { return wanted_count_; }

  // Null: the stream has not been refused.
  const Refusal* refusal(RouteHandle handle, std::uint32_t mode, std::uint32_t depth) const;
  // Data of `modes` came, with a book of `levels`: what the broker sends it does not refuse.
  void disprove_refusals(RouteHandle handle, const registry::Capabilities& capabilities, std::uint32_t modes,
                         std::size_t levels);
  // Forgets the route's refusals up to `until_ns`, monotonic. False: there are none.
  bool forget_refusals(RouteHandle handle, std::int64_t until_ns);
  // Asks once more for what is wanted of the route, though nothing of it has changed.
  void ask_again(RouteHandle handle);
  // Tells the adapter's link what the instrument list says of the route by now. That asks the broker nothing.
  void describe_again(RouteHandle handle);

  // Hands changed demand to the adapter as far as its ring has room.
  void flush(bus::Channel& channel, std::int64_t now_ns);
  // The adapter has let the handle go.
  void on_released(RouteHandle handle);

 private:
  void mark(RouteHandle handle);
  bool send(bus::Channel& channel, RouteHandle handle, std::int64_t now_ns, bool& sent);
  static void forget_what_is_not_asked(Route& route, std::uint32_t mode, std::uint32_t depth);

  RouteTable& routes_;
  ConnectionAllocator allocator_;
  std::vector<RouteHandle> dirty_;
  std::size_t wanted_count_ = 0;
  bool freed_ = false;
};

}  // namespace gw::upstream
