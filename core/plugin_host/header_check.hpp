// What a plugin may put into the head of a request: headers that stay one line each, as they were meant. [any]
#pragma once

#include <cstdint>
#include <string>

#include "bgw/abi.h"

namespace gw::plugin_host {

// What is wrong with the headers, without their values, which may be secrets; empty: nothing.
std::string problem_of_headers(const bgw_header* headers, std::uint32_t count);

}  // namespace gw::plugin_host
