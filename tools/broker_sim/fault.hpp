// What goes wrong, until it is told otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.hpp"
#include "core/websocket/connection.hpp"

namespace sim {

class Broker;

struct Fault {
  int upgrade_status = 0;  // every upgrade is answered so
  std::vector<gw::websocket::Header> upgrade_headers;
  std::size_t connections_limit = 0;  // of an account; 0: the broker's own
  bool refuse_connections = false;
  std::chrono::milliseconds handshake_delay{0};

  bool mute = false;       // no ticks
  bool silence = false;    // nothing from the broker; the WebSocket still answers pings
  bool half_open = false;  // nothing at all
  double drops_per_second = 0;
  std::uint32_t drops_seed = 1;

  std::size_t instruments_limit = 0;             // of a connection; 0: the broker's own
  std::optional<std::set<std::string>> refused;  // instruments; an empty set: all

  double lag_seconds = 0;
  double frames_per_second = 0;  // of a connection; 0: no bound
  bool duplicate = false;
  bool out_of_order = false;
  // Every how manyeth data frame of a connection; 0: none.
  std::uint64_t truncated = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t unknown = 0;
  std::uint64_t oversized = 0;
  std::size_t oversized_bytes = 0;

  bool stops_ticks() const { return mute || silence || half_open; }
  bool stops_all() const { return silence || half_open; }
};

// Checks {"fault":NAME, …}; what it returns then does it.
using FaultAction = std::function<gw::Result<void>(Broker&)>;
gw::Result<FaultAction> read_fault(const nlohmann::json& request);

}  // namespace sim
