// The verdict as JSON, the same in /readyz and `status --json`. [any]
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/gateway/monitoring/verdict.hpp"

namespace gw::app {

// {"ready", "problems": […], "others": […]}
nlohmann::json json_of(const Verdict& verdict);

}  // namespace gw::app
