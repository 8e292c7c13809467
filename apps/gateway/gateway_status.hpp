// Reports the state of a running gateway to the command line. Thread: control.
#pragma once

#include <string>

#include "apps/gateway/running_brokers.hpp"
#include "apps/gateway/unattended_logins.hpp"
#include "core/proxy/proxy.hpp"
#include "core/zeromq/publisher.hpp"

namespace gw::app {

class GatewayStatus {
 public:
  // `zeromq` is null when nothing is published there.
  GatewayStatus(proxy::Proxy& proxy, const RunningBrokers& brokers, const UnattendedLogins& logins, int port,
                zeromq::ZeroMqPublisher* zeromq)
      : proxy_(proxy), brokers_(brokers), logins_(logins), port_(port), zeromq_(zeromq) {}

  // One JSON object. `database_problem` is what is wrong with the database; empty: nothing.
  std::string json(const std::string& database_problem);
  proxy::Proxy& proxy() { return proxy_; }

 private:
  session::Ledger ledger();

  proxy::Proxy& proxy_;
  const RunningBrokers& brokers_;
  const UnattendedLogins& logins_;
  int port_;
  zeromq::ZeroMqPublisher* zeromq_;
};

}  // namespace gw::app
