// Who may read /metrics: a peer on this machine that nobody forwarded, or the bearer of an admin key. [any]
#pragma once

#include <cstdint>

#include "core/accounts/key_ring.hpp"
#include "core/websocket/connection.hpp"

namespace gw::app {

// Status 0: the request may pass.
websocket::HttpAnswer refuse_metrics(const websocket::HttpRequest& request, const accounts::KeyRing& keys,
                                     std::int64_t wall_ns);

}  // namespace gw::app
