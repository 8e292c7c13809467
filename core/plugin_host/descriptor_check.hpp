// Whether a plugin's descriptor fits this gateway: every difference at once, on one line. [any]
#pragma once

#include <string>

#include "bgw/abi.h"

namespace gw::plugin_host {

// Empty: it fits. `stem` is the file's name without ".so". Reads no more of the descriptor than its `size` covers.
std::string check_descriptor(const bgw_plugin_descriptor* descriptor, const std::string& stem);

}  // namespace gw::plugin_host
