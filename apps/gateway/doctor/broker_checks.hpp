// What the doctor looks at of the brokers in gateway.yaml: tokens, instrument lists, and the way to their servers. Any
// thread; it asks the brokers' servers for nothing but an answer.
#pragma once

#include <string>
#include <vector>

#include "apps/gateway/doctor/finding.hpp"
#include "core/config/load.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

// The files that secrets come from: whether they can be read, and are of this day.
void check_secrets(const config::Loaded& loaded, const std::vector<plugin_host::ScanEntry>& plugins,
                   Findings& findings);
// The age of each broker's instrument list in the database `path`, which is not made where it is not there.
void check_lists(const config::Loaded& loaded, const std::vector<plugin_host::ScanEntry>& plugins,
                 const std::string& path, Findings& findings);
// DNS, TCP and TLS to each host in the brokers' settings, and this machine's clock against those servers' clocks.
// Nothing is asked where no broker is on a network.
void check_servers(const config::Loaded& loaded, const std::vector<plugin_host::ScanEntry>& plugins,
                   Findings& findings);

}  // namespace gw::app
