// Lists of a running gateway's clients, of what they hold, and of the brokers' limits, for the command line. Thread:
// control.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/proxy/proxy.hpp"

namespace gw::app {

// The answer to {"command":"clients"}, {"command":"subs","broker"?,"client"?} or {"command":"limits"}; nothing: the
// request is another one. The first two list at most "limit" rows (1,000 by default, 10,000 at most). "count"
// says how many rows there are.
std::optional<std::string> answer_list(proxy::Proxy& proxy, const nlohmann::json& request);

}  // namespace gw::app
