#include "core/session/shard_report.hpp"

namespace gw::session {

const char* word(CloseReason reason) {
  constexpr const char* kWords[kCloseReasons] = {"client",          "lost",         "authentication", "too_many",
                                                 "stopped_reading", "ping_timeout", "protocol",       "shutdown"};
  return kWords[static_cast<std::size_t>(reason)];
}

CloseReason close_reason(int code, bool by_gateway) {
  switch (code) {
    case 4401:
      return by_gateway ? CloseReason::authentication : CloseReason::client;
    case 4429:
      return by_gateway ? CloseReason::too_many : CloseReason::client;
    case 4000:
      return by_gateway ? CloseReason::stopped_reading : CloseReason::client;
    case 1001:
      return by_gateway ? CloseReason::shutdown : CloseReason::client;
    case 1011:
      return by_gateway ? CloseReason::ping_timeout : CloseReason::client;
    case 1002:
    case 1003:
    case 1007:
    case 1009:
      return CloseReason::protocol;
    case 1006:
      return CloseReason::lost;
    default:
      return CloseReason::client;
  }
}

}  // namespace gw::session
