// The certificate and key of server.tls. Any thread.
#pragma once

#include <memory>
#include <vector>

#include "core/base/result.hpp"
#include "core/config/load.hpp"
#include "core/websocket/connection.hpp"

namespace gw::app {

// What is wrong with them, with file, line and key.
std::vector<config::Problem> server_tls_problems(const config::Loaded& loaded);
Result<std::shared_ptr<const websocket::ServerTls>> load_certificate(const config::Loaded& loaded);

}  // namespace gw::app
