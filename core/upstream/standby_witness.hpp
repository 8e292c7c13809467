// Compares, for each tick, what standby brokers show with what the serving brokers have shown, and tells a link when
// that proves its silence. [routing]
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

  // A live tick of a broker that serves, before its last value is stored. If it shows a trade that is new here and that
  // the standby broker has shown too, notes how much earlier the standby broker was.
  void note_lag(const Route& route, const bus::UpdateView& update, MarketFeed& feed);
  // A live tick of a broker that stands by, before its last value is stored: notes whether the serving brokers should
  // have shown it too.
  void hear(BrokerId broker, const Route& route, const bus::UpdateView& update, std::int64_t now_ns);
  // Tells the links whose silence is proved. Each link judges for itself whether its feed is stale.
  void send_proofs(std::int64_t now_ns);

 private:
  Brokers& brokers_;
  const InterestTable& interests_;
};

}  // namespace gw::upstream
