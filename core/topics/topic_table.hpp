// All topics: how they come and go, the state of each subscription, and who is told of it. [routing]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/topics/ports.hpp"
#include "core/topics/topic.hpp"
#include "core/upstream/interest_observer.hpp"
#include "core/upstream/interest_table.hpp"

namespace gw::topics {

class TopicTable {
 public:
  // All outlive this.
  TopicTable(const upstream::Brokers& brokers, upstream::InterestTable& interests, const Encoder& encoder,
             SubscriptionNotices& notices)
      : brokers_(brokers), interests_(interests), encoder_(encoder), notices_(notices) {}

  // Called before the first topic, in the order of the shards' numbers. The shard outlives this.
  void add_shard(ShardPort& shard) { shards_.push_back(&shard); }
  ShardPort& shard(std::size_t number) const { return *shards_[number]; }

  Topic& operator[](TopicId id) { return *topics_[id]; }
  const Topic& operator[](TopicId id) const { return *topics_[id]; }
  const Topic* at(TopicId id) const { return topics_[id].get(); }  // to fetch it ahead
  // The topic of one stream of an interest; made when new.
  TopicId find_or_add(InterestId interest, upstream::Stream stream);
  // Takes the topic out of its interest, which may have no topic left.
  void remove(TopicId id);

  // Topics of a broker by mode (1, 2 and 4) and SubscriptionState.
  using Counts = std::array<std::array<std::size_t, 3>, 3>;
  Counts counts_of(BrokerId broker) const { return broker < counts_.size() ? counts_[broker] : Counts{}; }

  // ---- what brokers say
  void granted(TopicId id, const upstream::Grant& grant);
  // The plugin says that an active topic is not kept up to date, and why: it is pending until data comes.
  void suspect(TopicId id, std::string_view why);
  void set_active(TopicId id) { set_state(id, SubscriptionState::active); }
  // Data of the topic came, so that it is active.
  void confirm(TopicId id) {
    if (topics_[id]->state != SubscriptionState::active) set_state(id, SubscriptionState::active);
  }
  // After a loss every subscription has to be confirmed anew: active topics are pending again.
  void unconfirm(const upstream::Interest& interest);
  void unconfirm_all_of(BrokerId broker);
  // Nothing has come of the topic since it was asked for.
  void note_quiet(TopicId id);

  // ---- who is told
  // Tells the topic's sessions with extras of any change of the subscription.
  void tell_extras(TopicId id);
  // Tells all sessions of the topic's audience that it cannot be had.
  void tell_refused(TopicId id, std::string_view reason);

 private:
  std::size_t& count_of(const Topic& topic);
  void set_state(TopicId id, SubscriptionState state);
  void fail(TopicId id, std::string_view reason);

  const upstream::Brokers& brokers_;
  upstream::InterestTable& interests_;
  const Encoder& encoder_;
  SubscriptionNotices& notices_;
  std::vector<ShardPort*> shards_;  // by number
  std::vector<std::unique_ptr<Topic>> topics_;
  std::vector<TopicId> free_;
  std::vector<Counts> counts_;  // by broker
};

}  // namespace gw::topics
