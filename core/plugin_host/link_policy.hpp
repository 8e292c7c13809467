// When to connect again after a loss. One for all connections of a link; knows no clock.
#pragma once

#include <cstdint>
#include <optional>

#include "core/transport/backoff.hpp"

namespace gw::plugin_host {

class LinkPolicy {
 public:
  LinkPolicy(const transport::BackoffOptions& backoff, std::int64_t steady_ns, std::uint64_t seed)
      : backoff_(backoff, seed), steady_ns_(steady_ns) {}

  struct Loss {
    bool recycled = false;      // ended by the gateway: silent or late
    bool had_lived = false;     // long enough for the recycling to be worth a try at once
    std::int64_t least_ns = 0;  // the broker said so
  };
  // All connections are logged in.
  void on_connected(std::int64_t now_ns) { connected_since_ns_ = now_ns; }
  // How long to wait before the next attempt; nothing: the attempts are used up.
  std::optional<std::int64_t> on_loss(std::int64_t now_ns, const Loss& loss);
  // New credentials, or somebody asked.
  void begin_anew();
  int attempts_made() const { return backoff_.attempts_made(); }

 private:
  transport::Backoff backoff_;
  std::int64_t steady_ns_;
  std::optional<std::int64_t> connected_since_ns_;
  bool went_at_once_ = false;
};

}  // namespace gw::plugin_host
