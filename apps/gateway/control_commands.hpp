// Answers what the command line asks a running gateway, one JSON object on one line each way. Thread: control.
#pragma once

#include <string>
#include <string_view>

#include "apps/gateway/config_reload.hpp"
#include "apps/gateway/database_watch.hpp"
#include "apps/gateway/gateway_status.hpp"
#include "apps/gateway/key_use_keeper.hpp"
#include "apps/gateway/plugin_files.hpp"
#include "apps/gateway/running_brokers.hpp"

namespace gw::app {

class ControlCommands {
 public:
  ControlCommands(const GatewayState& state, RunningBrokers& brokers, GatewayStatus& status, DatabaseWatch& database,
                  ConfigReload& reload, KeyUseKeeper& key_uses, PluginFiles& files)
      : state_(state),
        brokers_(brokers),
        status_(status),
        database_(database),
        reload_(reload),
        key_uses_(key_uses),
        files_(files) {}

  std::string answer(std::string_view line);

 private:
  std::string look_at_database();
  std::string reload();

  const GatewayState& state_;
  RunningBrokers& brokers_;
  GatewayStatus& status_;
  DatabaseWatch& database_;
  ConfigReload& reload_;
  KeyUseKeeper& key_uses_;
  PluginFiles& files_;
};

}  // namespace gw::app
