// What gateway.yaml and the plugin say of one broker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bus/channel.hpp"
#include "core/registry/capabilities.hpp"
#include "core/registry/limits.hpp"

namespace gw::upstream {

// An instrument that stays wanted though no client asks.
struct Pin {
  std::string symbol;
  std::string exchange;
  friend bool operator==(const Pin&, const Pin&) = default;
};

struct BrokerSetup {
  std::string name;
  std::string plugin;
  registry::Capabilities capabilities;
  bus::Channel* channel = nullptr;  // null: not available, and `unavailable` says why
  std::string unavailable;
  registry::Limits limits;
  bool hot_standby = false;
  bool tokens_per_exchange = false;            // a token is unique within its broker_exchange only
  bool enabled = true;                         // false: by gateway.yaml
  bool always_open = false;                    // its feeds are watched at any hour, whatever the calendar says
  bool simulated = false;                      // its prices are invented
  std::int64_t stall_limit_ns = 0;             // how long a feed may be silent before it is looked into
  std::int64_t lag_limit_ns = 10'000'000'000;  // ticks that are later than this are not live
  std::vector<Pin> canary = {};  // subscribed as long as the broker is attached: see routing/pinned_instruments
  // What an operator does while it is not available; empty: what there is to do about any such broker.
  std::string next_step{};
};

}  // namespace gw::upstream
