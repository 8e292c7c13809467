// The certificate and key of server.tls. Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/config/load.hpp"
#include "core/websocket/connection.hpp"

namespace gw::app {

// What is wrong with them, with file, line and key.
std::vector<config::Problem> server_tls_problems(const config::Loaded& loaded);
// What serves for now and should be looked at: a certificate that is over or soon will be, a key that others can read.
std::vector<std::string> server_tls_warnings(const config::Loaded& loaded);
Result<std::shared_ptr<const websocket::ServerTls>> load_certificate(const config::Loaded& loaded);

}  // namespace gw::app
