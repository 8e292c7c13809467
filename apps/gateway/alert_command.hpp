// Runs an operator's command when something needs a person. Any thread; waits for the command's end.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace gw::app {

// `command` goes to /bin/sh -c, with `variables` in its environment and nothing to read. It is killed, with all that it
// began, when `limit` is over or `is_wanted` answers false. The error says how it failed.
Result<void> run_alert(const std::string& command, const std::vector<std::pair<std::string, std::string>>& variables,
                       std::chrono::seconds limit, const std::function<bool()>& is_wanted);

}  // namespace gw::app
