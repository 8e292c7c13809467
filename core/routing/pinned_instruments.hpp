// The instruments that are wanted though no client asks: those that the publisher shows of the default group, and each
// broker's canaries. [routing]
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/routing/names.hpp"
#include "core/routing/topic_lifetime.hpp"
#include "core/upstream/broker_choice.hpp"
#include "core/upstream/failover.hpp"
#include "core/upstream/listings.hpp"

namespace gw::routing {

class PinnedInstruments {
 public:
  struct Parts {
    upstream::Brokers& brokers;
    upstream::InterestTable& interests;
    const upstream::BrokerChoice& choice;
    const upstream::Listings& listings;
    upstream::InstrumentDemand& demand;
    upstream::Failover& failover;
    topics::TopicTable& topics;
    TopicLifetime& lifetime;
  };
  // All outlive this.
  explicit PinnedInstruments(const Parts& parts) : parts_(parts) {}

  // These instruments stay wanted in all modes in the default group.
  void pin(std::vector<Pin> pins);
  // Subscribes the pins that the instrument lists have by now.
  void apply();
  std::vector<Pin> missing_pins() const;

  // Subscribes those canaries of the broker that it lists, in a group of that broker alone: no failover ever moves
  // them. A client's interest in the same instrument shares the route at the broker.
  void keep_canaries(BrokerId id);
  void end_canaries(BrokerId id);
  // Why canaries of a broker are not subscribed, one line each, for people. Empty before the broker has an instrument
  // list.
  std::vector<std::string> missing_canaries(BrokerId id) const;

 private:
  std::optional<GroupId> canary_group(BrokerId id) const;
  bool is_listed(const upstream::Broker& broker, const Pin& pin) const;
  void want(GroupId group, const Pin& pin, Stream stream);

  Parts parts_;
  std::vector<Pin> pins_;
};

}  // namespace gw::routing
