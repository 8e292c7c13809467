// The ordered list of brokers that serves some users: the operator's default list, a user's own, or one broker alone,
// for the canaries of that broker. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/upstream/ids.hpp"
#include "core/upstream/instrument_key.hpp"

namespace gw::upstream {

struct BrokerGroup {
  std::string key;           // of the user's own list; empty: the default
  bool is_canary = false;    // it serves no user: it holds the canaries of one broker
  std::size_t sessions = 0;  // of clients that it serves, with or without subscriptions
  std::vector<BrokerId> order;
  std::size_t active = 0;           // index in `order`
  std::optional<BrokerId> standby;  // subscribed too
  // The broker that stands by until it has shown that it ticks: a preferred one before the return to it, or another one
  // while the active broker is silent.
  std::optional<BrokerId> proving;
  std::int64_t proving_since_ns = 0;
  std::int64_t active_since_ns = 0;
  std::string epoch;
  ByInstrument<InterestId> interests;
  std::map<std::string, std::size_t, std::less<>> exchanges;       // how many of its interests each exchange has
  std::map<std::pair<BrokerId, std::string>, std::size_t> served;  // how many of them a broker serves, by exchange
  std::uint64_t seq_floor = 0;  // a topic that is made anew goes on from here, so that seq never runs backwards
  // When the group last returned to a preferred broker, and how long such a broker must serve before the next return.
  std::int64_t returned_ns = 0;
  std::int64_t quiet_ns = 0;

  BrokerId broker() const { return order[active]; }
  // Interests of the exchange that the broker serves.
  std::size_t served_count(BrokerId id, const std::string& exchange) const {
    const auto found = served.find({id, exchange});
    return found == served.end() ? 0 : found->second;
  }
  void count_served(BrokerId id, const std::string& exchange, bool more) {
    const auto at = served.try_emplace({id, exchange}, 0).first;
    at->second += more ? 1 : -std::size_t{1};
    if (at->second == 0) served.erase(at);
  }
};

}  // namespace gw::upstream
