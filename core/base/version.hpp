// This program's version, and how it names itself to servers.
#pragma once

#include <string>

namespace gw {

const char* version();
// "broker-gateway/VERSION", the User-Agent of every WebSocket upgrade and download. Firewalls refuse requests without
// one.
std::string user_agent();

}  // namespace gw
