// What is wrong with the certificate and key of server.tls, with file, line and key.
#pragma once

#include <vector>

#include "core/config/load.hpp"

namespace gw::app {

std::vector<config::Problem> server_tls_problems(const config::Loaded& loaded);

}  // namespace gw::app
