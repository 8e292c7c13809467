// Turns the configuration into the options of the gateway's parts. Any thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/log.hpp"
#include "core/config/config.hpp"
#include "core/proxy/options.hpp"

namespace gw::app {

log::Options log_options(const config::Log& config);
proxy::Options proxy_options(const config::Config& config);

// Whether only programs of this machine can connect.
bool is_on_loopback(const config::Server& server);
// The hosts of the port without TLS. Where there is one with TLS, and without allow_plain, keys travel in clear on this
// machine only.
std::vector<std::string> plain_hosts(const config::Server& server);
// "ws://127.0.0.1:8765/ and ws://[::1]:8765/": where programs of this machine reach each of the hosts.
std::string urls_of(const char* scheme, const std::vector<std::string>& hosts, int port);

}  // namespace gw::app
