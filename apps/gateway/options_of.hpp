// Turns the configuration into the options of the gateway's parts. Any thread.
#pragma once

#include "core/base/log.hpp"
#include "core/config/config.hpp"
#include "core/proxy/options.hpp"

namespace gw::app {

log::Options log_options(const config::Log& config);
proxy::Options proxy_options(const config::Config& config);

}  // namespace gw::app
