// What comes of a login that a command has a running gateway make at a broker.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "apps/gateway/running_gateway.hpp"

namespace gw::app {

struct LinkOutcome {
  bool is_known = false;      // false: there was none within the time
  bool is_connected = false;  // the broker takes the login
  bool is_live = false;       // and a live tick has come
  std::string text;           // "connected, live", "refused: …", as one sentence
};

// Waits for the outcome of the login number `asked`, at most `limit`; then a moment for the first live tick, where one
// should come.
LinkOutcome follow_login(const RunningGateway& gateway, const std::string& broker, std::uint64_t asked,
                         std::chrono::nanoseconds limit);

}  // namespace gw::app
