// When to connect again after a loss. One object for all connections of a link; knows no clock. Thread: feed.
#pragma once

#include <cstdint>
#include <optional>

#include "core/transport/backoff.hpp"

namespace gw::plugin_host {

class LinkPolicy {
 public:
  // Once connected for `steady_ns`, the back-off begins anew. After repeated losses one connection has to last for
  // `proof_ns` before the others follow it.
  LinkPolicy(const transport::BackoffOptions& backoff, std::int64_t steady_ns, std::int64_t proof_ns,
             std::uint64_t seed);

  struct Loss {
    bool silent = false;        // ended by the gateway: no frame came
    std::int64_t min_ns = 0;    // the broker asked for a pause of this length
    std::int64_t lived_ns = 0;  // since the login; 0: there was none
  };
  // on_login: one connection is logged in. on_connected: all of them are.
  void on_login(std::int64_t now_ns);
  void on_connected(std::int64_t now_ns);
  // How long to wait before the next attempt; nothing: the attempts are used up.
  std::optional<std::int64_t> on_loss(std::int64_t now_ns, const Loss& loss);
  // How long the other connections have to wait yet for the one that is back.
  std::int64_t others_wait(std::int64_t now_ns) const;
  // New credentials, or somebody asked.
  void begin_anew();
  int attempts_made() const { return backoff_.attempts_made(); }

 private:
  transport::Backoff backoff_;
  std::int64_t steady_ns_;
  std::int64_t proof_ns_;
  std::optional<std::int64_t> connected_since_ns_;
  std::optional<std::int64_t> went_at_once_ns_;
  bool proving_ = false;
  std::optional<std::int64_t> proven_at_ns_;  // while proving, from the first login on
};

}  // namespace gw::plugin_host
