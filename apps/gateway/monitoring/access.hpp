// Who may read /metrics: a peer on this machine that nobody forwarded, or the bearer of an admin key. [any]
#pragma once

#include <cstdint>
#include <optional>

#include "core/accounts/key_ring.hpp"
#include "core/websocket/connection.hpp"

namespace gw::app {

struct MetricsAccess {
  std::optional<websocket::HttpAnswer> refusal;  // nothing: the request may pass
  std::int64_t key_id = 0;                       // of the key that it needed; 0: none
};
MetricsAccess metrics_access(const websocket::HttpRequest& request, const accounts::KeyRing& keys,
                             std::int64_t wall_ns);

}  // namespace gw::app
