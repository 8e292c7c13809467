// Gives the brokers of the configuration that log in by themselves to the LoginKeeper, and has their links use what it
// stores. Threads: main until the control thread begins, then control.
#pragma once

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/login_keeper.hpp"
#include "apps/gateway/running_brokers.hpp"

namespace gw::app {

class UnattendedLogins {
 public:
  UnattendedLogins(const GatewayState& state, RunningBrokers& brokers) : state_(state), brokers_(brokers) {}

  void start();
  void stop() { keeper_.stop(); }
  void look();                                                     // several times a second
  LoginCountsByBroker counts() const { return keeper_.counts(); }  // [any]

 private:
  const GatewayState& state_;
  RunningBrokers& brokers_;
  LoginKeeper keeper_;
};

}  // namespace gw::app
