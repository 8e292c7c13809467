// What the doctor looks at on this machine: clock, ports, database, disk. Each check adds its findings. Any thread;
// nothing is changed.
#pragma once

#include <optional>
#include <string>

#include "apps/gateway/doctor/finding.hpp"
#include "core/config/load.hpp"

namespace gw::app {

// The clock against the time when this program's source was last changed, and the local zone.
void check_clock(Findings& findings);
// The ports that gateway.yaml names. `served_port` is that of the gateway that runs here; nothing: none runs, or it
// does not answer. `mute`: the process of one that runs and does not answer; empty: there is none.
void check_ports(const config::Loaded& loaded, std::optional<int> served_port, bool serves_zeromq,
                 const std::string& mute, Findings& findings);
// The database's file: whether it is whole, and whose it is. One that is not there is made by the first start, and
// missing where the process `holder` has it open already.
void check_database(const std::string& path, const std::string& holder, Findings& findings);
// Room on the disks of the database and of the log.
void check_disks(const config::Loaded& loaded, Findings& findings);

}  // namespace gw::app
