// Keeps in the database when each key was used last: once a minute, and when somebody asks, never for each use. Thread:
// main until the control thread begins, then control; main again at the end.
#pragma once

#include <vector>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/on_routing.hpp"
#include "core/accounts/account_store.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class KeyUseKeeper {
 public:
  explicit KeyUseKeeper(const GatewayState& state) : state_(state) {}

  // Writes what routing was asked for at the last call, and asks again.
  void look(proxy::Proxy& proxy);
  // Asks routing for the uses until now, waits for them and writes them.
  void save(proxy::Proxy& proxy);

 private:
  // What cannot be written is written the next time.
  void write(const std::vector<accounts::KeyUse>& uses);

  const GatewayState& state_;
  LateAnswer<std::vector<accounts::KeyUse>> asked_;
  std::vector<accounts::KeyUse> unwritten_;
};

}  // namespace gw::app
