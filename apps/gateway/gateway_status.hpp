// Reports the state of a running gateway to the command line. Thread: control.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/monitoring/observation.hpp"
#include "apps/gateway/plugin_files.hpp"
#include "apps/gateway/running_brokers.hpp"
#include "apps/gateway/unattended_logins.hpp"
#include "apps/gateway/update_rates.hpp"
#include "core/proxy/proxy.hpp"
#include "core/zeromq/publisher.hpp"

namespace gw::app {

class GatewayStatus {
 public:
  // `zeromq` is null when nothing is published there.
  GatewayStatus(const GatewayState& state, proxy::Proxy& proxy, const RunningBrokers& brokers,
                const UnattendedLogins& logins, const PluginFiles& files, int port, zeromq::ZeroMqPublisher* zeromq);

  // Several times a second: looks how many updates come.
  void look();

  // One JSON object. `database_problem` is what is wrong with the database; empty: nothing.
  std::string json(const std::string& database_problem);
  // What is known of the brokers now.
  std::vector<BrokerView> view();
  // Of one broker: its link, its feeds, and which of the logins that were asked for have an outcome.
  std::string link_json(const std::string& broker);
  proxy::Proxy& proxy() { return proxy_; }

 private:
  session::Ledger ledger();
  // What is wrong with the files of the broker's settings now: a mode that was changed, for example.
  std::vector<std::string> secret_problems(const std::string& broker) const;

  const GatewayState& state_;
  proxy::Proxy& proxy_;
  const RunningBrokers& brokers_;
  const UnattendedLogins& logins_;
  const PluginFiles& files_;
  int port_;
  zeromq::ZeroMqPublisher* zeromq_;
  const std::int64_t started_ns_;  // wall
  UpdateRates rates_;
};

}  // namespace gw::app
