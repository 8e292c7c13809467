// The C functions that an adapter calls, bound to its AdapterHost. Thread: feed.
#pragma once

#include "bgw/abi.h"

namespace gw::plugin_host {

class AdapterHost;

// `host` must stay where it is.
bgw_host make_host_table(AdapterHost& host);

}  // namespace gw::plugin_host
