// The ordered list of brokers that serves some users: the operator's default list, a user's own, or the broker whose
// canaries it holds. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/upstream/ids.hpp"
#include "core/upstream/instrument_key.hpp"

namespace gw::upstream {

struct BrokerGroup {
  std::string key;         // of the user's own list; empty: the default
  bool is_canary = false;  // it serves no user: it holds the canaries of one broker
  std::vector<BrokerId> order;
  std::size_t active = 0;           // index in `order`
  std::optional<BrokerId> standby;  // subscribed too
  // Stands by until it has shown that it ticks: a preferred broker before the return, another one where the active
  // broker is silent.
  std::optional<BrokerId> proving;
  std::int64_t proving_since_ns = 0;
  std::int64_t active_since_ns = 0;
  std::string epoch;
  ByInstrument<InterestId> interests;
  std::map<std::string, std::size_t, std::less<>> exchanges;  // and how many of its interests are there
  std::uint64_t seq_floor = 0;  // a topic that is made anew goes on from here, so that seq never runs backwards
  // The last return to a preferred broker, and how long that must have served before the next one.
  std::int64_t returned_ns = 0;
  std::int64_t quiet_ns = 0;

  BrokerId broker() const { return order[active]; }
};

}  // namespace gw::upstream
