// What two processes see of a broker's link that runs in the one and is served by the other: the channel, the counts,
// the mark of its calls into the plugin, and its heartbeat.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/base/result.hpp"
#include "core/bus/channel.hpp"
#include "core/bus/shared_memory.hpp"
#include "core/plugin_host/call_mark.hpp"
#include "core/plugin_host/link_options.hpp"

namespace gw::plugin_host {

// Bytes of a link's rings, wherever they lie.
inline constexpr std::size_t kUpdateRing = 1 << 22;
inline constexpr std::size_t kDemandRing = 1 << 20;

class SharedLink {
 public:
  // The side of routing. [any]
  static Result<std::shared_ptr<SharedLink>> make();
  // The side of the link: takes over the descriptors, which it inherited. [main]
  static Result<std::shared_ptr<SharedLink>> join(int memory, int adapter_bell, int routing_bell);
  ~SharedLink();

  bus::Channel& channel() { return *channel_; }
  LinkCounts& counts();
  CallMark& calls();
  // The link's thread is alive. [feed]
  void beat();
  std::uint64_t beats() const;  // [any]
  int memory() const { return memory_.descriptor(); }

 private:
  struct Head;

  explicit SharedLink(bus::SharedMemory memory);
  Head& head() const;
  bus::Channel::Shared layout() const;

  bus::SharedMemory memory_;
  std::unique_ptr<bus::Doorbell> routing_bell_;  // on the side of the link
  std::unique_ptr<bus::Channel> channel_;
};

}  // namespace gw::plugin_host
