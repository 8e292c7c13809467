// Compares what standby brokers show with what the brokers that serve have shown, on the way of each tick, and tells a
// link whose silence that proves. [routing]
#pragma once

#include <cstdint>
#include <functional>

#include "core/bus/update_queue.hpp"
#include "core/upstream/interest_table.hpp"

namespace gw::upstream {

class StandbyWitness {
 public:
  // Both outlive this.
  StandbyWitness(Brokers& brokers, const InterestTable& interests) : brokers_(brokers), interests_(interests) {}

  // A live tick of a broker that serves, before its last value is stored: notes how much earlier the standby showed the
  // same trade, where it is one that this broker has not shown before.
  void note_lag(const Route& route, const bus::UpdateView& update, MarketFeed& feed);
  // A live tick of a broker that stands by, before its last value is stored: notes whether those that serve should have
  // shown it too.
  void hear(BrokerId broker, const Route& route, const bus::UpdateView& update, std::int64_t now_ns);
  // Tells the links whose silence is proved. They judge, and say that their feed is stale.
  void send_proofs(std::int64_t now_ns);

 private:
  Brokers& brokers_;
  const InterestTable& interests_;
};

}  // namespace gw::upstream
