// What brokers and their changes mean for topics and clients: carries each event of core/upstream to the parts that act
// on it. [routing]
#pragma once

#include "core/routing/client_holdings.hpp"
#include "core/routing/pinned_instruments.hpp"
#include "core/routing/ports.hpp"
#include "core/routing/subscribed_topics.hpp"
#include "core/routing/topic_lifetime.hpp"
#include "core/topics/replay.hpp"
#include "core/upstream/interest_observer.hpp"

namespace gw::routing {

class InterestEvents final : public upstream::InterestObserver {
 public:
  struct Parts {
    upstream::InterestTable& interests;
    topics::TopicTable& topics;
    topics::TopicPublisher& publisher;
    topics::Replay& replay;
    ClientHoldings& holdings;
    TopicLifetime& lifetime;
    PinnedInstruments& pinned;
    SubscribedTopics& subscribed;
    SessionPort& port;
  };
  // All outlive this.
  explicit InterestEvents(const Parts& parts) : parts_(parts) {}

  void granted(TopicId topic, const upstream::Grant& grant) override { parts_.topics.granted(topic, grant); }
  void unconfirmed(const upstream::Interest& interest) override { parts_.topics.unconfirm(interest); }
  void moved(const upstream::Interest& interest) override { parts_.publisher.publish_known(interest); }
  void waits(const upstream::Interest& interest, const std::string& reason) override;
  void listing_changed(const upstream::Interest& interest) override;
  void ended(upstream::InterestId interest, const Gone& why) override;
  void switched(GroupId group, std::string_view why) override { parts_.port.switched(group, why); }
  void switch_done(GroupId group) override;
  void halt_changed(BrokerId broker) override { parts_.port.feed_changed(broker); }
  std::uint64_t waiting_since(const upstream::Interest& interest) const override {
    return parts_.holdings.waiting_since(interest);
  }

 private:
  Parts parts_;
};

}  // namespace gw::routing
