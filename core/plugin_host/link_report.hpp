// What a broker's link has counted, copied on the feed thread for whoever monitors the gateway. A plain record. [any]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/base/duration_histogram.hpp"
#include "core/plugin_host/broker_connection.hpp"

namespace gw::plugin_host {

struct ConnectionReport {
  std::size_t number = 0;  // from 0
  BrokerConnection::State state = BrokerConnection::State::idle;
  ConnectionCounts counts;
  std::uint64_t updates = 0;
};

struct LinkReport {
  std::string name;  // of the broker
  std::uint64_t connects = 0, logins = 0, recycles = 0;
  std::uint64_t frames = 0, frames_refused = 0, bytes = 0;
  std::uint64_t updates = 0, updates_invalid = 0, updates_without_price = 0, times_invalid = 0, conflated = 0;
  std::uint64_t prices_impossible = 0, quantities_invalid = 0;
  std::uint64_t subscriptions_refused = 0;
  std::uint64_t exceptions = 0, late_calls = 0, foreign_calls = 0;  // the plugin's faults
  std::uint64_t recordings = 0, recordings_ended = 0;
  std::array<std::uint64_t, BGW_DROP_KINDS> dropped{};  // by BGW_DROP_*
  std::array<std::uint64_t, kLossReasons> losses{};     // by LossReason
  std::int64_t last_frame_ns = 0, last_live_ns = 0;     // wall; 0: none yet
  DurationHistogram lag;
  std::vector<ConnectionReport> connections;
};

}  // namespace gw::plugin_host
