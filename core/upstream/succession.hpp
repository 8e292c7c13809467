// A broker goes from one link to the next without a gap: the next one is told all that is demanded, and takes over when
// it has that. The broker, its topics and their sequences stay. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/upstream/instrument_demand.hpp"

namespace gw::upstream {

class Succession {
 public:
  // All outlive this.
  Succession(Brokers& brokers, InterestTable& interests, InstrumentDemand& demand,
             std::function<std::int64_t()> monotonic)
      : brokers_(brokers), interests_(interests), demand_(demand), monotonic_(std::move(monotonic)) {}

  // How far a broker's next link is.
  struct Standing {
    bus::LinkState state = bus::LinkState::disconnected;
    std::string message;
    bool has_been_told_all = false;
    std::size_t unanswered = 0;  // instruments of which it has brought nothing, and no word of the broker
    std::uint64_t updates = 0;
  };

  // The setup's channel is that of a link that has the limits of the present one.
  void begin(BrokerId id, BrokerSetup setup) { brokers_[id].begin_successor(std::move(setup)); }
  void drop(BrokerId id) { brokers_[id].drop_successor(); }
  // Nothing: the broker has no next link.
  std::optional<Standing> standing(BrokerId id) const;
  // What the next link brings from now on is kept until it has taken over. What the present one brings goes on
  // meanwhile, so that nothing falls between both.
  void hold(BrokerId id);
  // The next link serves, and nothing is taken from the one before any more. The caller has taken all that it brought.
  void take_over(BrokerId id);

 private:
  Brokers& brokers_;
  InterestTable& interests_;
  InstrumentDemand& demand_;
  std::function<std::int64_t()> monotonic_;
};

}  // namespace gw::upstream
