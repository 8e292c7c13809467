// The C functions that an adapter calls, bound to its AdapterInstance.
#pragma once

#include "bgw/abi.h"

namespace gw::plugin_host {

class AdapterInstance;

bgw_host make_host_table(AdapterInstance& instance);

}  // namespace gw::plugin_host
