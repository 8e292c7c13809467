// What a test's stand-in for a plugin needs when it calls the host by itself, as if it were inside a call of the
// gateway.
#pragma once

#include "bgw/abi.h"
#include "core/plugin_host/host_context.hpp"

namespace gw::support {

class InsideAdapter {
 public:
  explicit InsideAdapter(const bgw_host& host) : call_(static_cast<const plugin_host::HostContext*>(host.context)) {}

 private:
  plugin_host::HostContext::Call call_;
};

}  // namespace gw::support
