// Takes up an edited configuration while the gateway runs: everything that can change live, or nothing when the file
// has a problem. Thread: control.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/list_updates.hpp"
#include "apps/gateway/missing_plugins.hpp"
#include "apps/gateway/running_brokers.hpp"
#include "apps/gateway/unattended_logins.hpp"
#include "core/base/result.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class ConfigReload {
 public:
  // `file`: named on the command line, if any was.
  ConfigReload(std::optional<std::string> file, GatewayState& state, proxy::Proxy& proxy, RunningBrokers& brokers,
               MissingPlugins& plugins, ListUpdates& updates, UnattendedLogins& logins)
      : file_(std::move(file)),
        state_(state),
        proxy_(proxy),
        brokers_(brokers),
        plugins_(plugins),
        updates_(updates),
        logins_(logins) {}

  // Takes up what has changed in the file, or refuses the file as a whole: the error has every problem, one a line.
  // Returns sentences that say what changed; none: nothing did. All of it is in the log, too.
  Result<std::vector<std::string>> take_up();

 private:
  Result<std::vector<std::string>> apply(config::Loaded fresh);
  // Each adds to `said` what has changed. The error: the certificate cannot be used.
  Result<void> apply_settings(const config::Loaded& before, std::vector<std::string>& said);
  void apply_brokers(const config::Config& before, std::vector<std::string>& said);
  void remove(const std::string& name, const std::string& why);

  std::optional<std::string> file_;
  GatewayState& state_;
  proxy::Proxy& proxy_;
  RunningBrokers& brokers_;
  MissingPlugins& plugins_;
  ListUpdates& updates_;
  UnattendedLogins& logins_;
};

}  // namespace gw::app
