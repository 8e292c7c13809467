// The answer to a request for one stream. Codes are the protocol's; their texts are made by the codec.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/routing/names.hpp"

namespace gw::routing {

enum class Code : std::uint8_t {
  ok,
  symbol_not_found,
  broker_limitation,
  broker_unavailable,
  subscription_limit,
  not_subscribed,
};

struct Outcome {
  Code code = Code::ok;
  TopicId topic = 0;           // with ok
  int actual_depth = 0;        // with ok, depth mode
  int source_depth = 0;        // with ok, depth mode: the broker's level that it is cut from
  int ended_depth = 0;         // with ok, of unsubscribe: the level of the one depth that ended; 0: none, or several
  bool is_new = false;         // with ok: not held before
  std::string detail;          // unavailable, limit: why. limitation: the feature, "depth" or "mode"
  std::string refusal;         // with ok: why the broker has refused it to other clients already; else empty
  std::vector<int> supported;  // limitation
  Gone gone;                   // symbol_not_found
  std::string broker;          // that serves it, or would
};

}  // namespace gw::routing
