// The topics of the default group that subscribers of the publisher ask for, by the name SYMBOL.EXCHANGE.MODE. Each is
// wanted like a client's until its last subscriber leaves, also while no list has it yet. [routing]
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/routing/names.hpp"
#include "core/routing/topic_lifetime.hpp"
#include "core/upstream/broker_choice.hpp"
#include "core/upstream/listings.hpp"

namespace gw::routing {

class SubscribedTopics {
 public:
  struct Parts {
    const upstream::Brokers& brokers;
    const upstream::InterestTable& interests;
    const upstream::BrokerChoice& choice;
    const upstream::Listings& listings;
    upstream::InstrumentDemand& demand;
    topics::TopicTable& topics;
    topics::TopicPublisher& publisher;
    TopicLifetime& lifetime;
  };
  // All outlive this.
  explicit SubscribedTopics(const Parts& parts) : parts_(parts) {}

  // At most so many are wanted at a time.
  void set_limit(std::size_t limit) { limit_ = limit; }
  // One more subscriber of this name: the last value is published again. A name that is no topic's is the beginning of
  // topics' names, and asks for nothing.
  void begin(std::string_view name);
  // The last subscriber of this name has left.
  void end(std::string_view name);
  // Wants those that the instrument lists have by now.
  void apply();
  std::size_t count() const { return wanted_.size(); }

 private:
  struct Wanted {
    std::string symbol;
    std::string exchange;
    Stream stream;
  };
  static std::optional<Wanted> parse(std::string_view name);
  // The topic; nothing: `why` says what the default brokers lack.
  std::optional<TopicId> want(const Wanted& wanted, std::string& why);

  Parts parts_;
  std::map<std::string, Wanted, std::less<>> wanted_;
  std::size_t limit_ = 0;
};

}  // namespace gw::routing
