// The C functions that an adapter calls, bound to its HostContext. Any thread may call them: see HostContext.
#pragma once

#include "bgw/abi.h"

namespace gw::plugin_host {

class HostContext;

// `context` lives for ever.
bgw_host make_host_table(HostContext& context);

}  // namespace gw::plugin_host
