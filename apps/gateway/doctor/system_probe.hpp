// What only the system can say of ports and files. Any thread.
#pragma once

#include <string>

namespace gw::app {

// 0: a server may listen there; else why not, as errno, or -1 where the host has no address. The port is free again
// afterwards.
int try_port(const std::string& host, int port);
// 0: this user may read and write the file; else why not, as errno.
int try_file(const std::string& path);

}  // namespace gw::app
