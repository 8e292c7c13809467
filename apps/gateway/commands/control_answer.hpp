// A question to the running gateway, through its control socket.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "apps/gateway/environment.hpp"

namespace gw::app {

// The answer to `request`, whose "ok" is true; the error has no message where there is no such configuration, which
// was printed.
Result<nlohmann::json> ask_gateway(const Options& options, const nlohmann::json& request);
// Prints why there is no answer; returns the exit status.
int no_answer(const Error& error);

}  // namespace gw::app
