// Keeps in the database when each key was used last: once a minute, and when somebody asks, never for each use. Thread:
// main until the control thread begins, then control; main again at the end.
#pragma once

#include "apps/gateway/gateway_state.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class KeyUseKeeper {
 public:
  explicit KeyUseKeeper(const GatewayState& state) : state_(state) {}

  // Asks routing for the uses since the last call, and writes them. What cannot be written is written the next time.
  void save(proxy::Proxy& proxy);

 private:
  const GatewayState& state_;
  std::vector<accounts::KeyUse> unwritten_;
};

}  // namespace gw::app
