// All broker groups, and the interests of their clients. [routing]
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/upstream/broker.hpp"
#include "core/upstream/broker_group.hpp"
#include "core/upstream/interest.hpp"

namespace gw::upstream {

class InterestTable {
 public:
  // `brokers` outlives this.
  explicit InterestTable(const Brokers& brokers) : brokers_(brokers) {}

  // ---- groups
  GroupId add_group(std::string_view key, std::vector<BrokerId> order);
  std::optional<GroupId> find_group(std::string_view key) const;
  BrokerGroup& group(GroupId id) { return *groups_[id]; }
  const BrokerGroup& group(GroupId id) const { return *groups_[id]; }
  BrokerGroup& group_of(const Interest& interest) { return *groups_[interest.group]; }
  const BrokerGroup& group_of(const Interest& interest) const { return *groups_[interest.group]; }
  bool has_groups() const { return !groups_.empty(); }
  // Calls each(GroupId, BrokerGroup&) for every group.
  template <class F>
  void for_each_group(F&& each) {
    for (std::size_t i = 0; i < groups_.size(); ++i)
      if (groups_[i] != nullptr) each(static_cast<GroupId>(i), *groups_[i]);
  }
  template <class F>
  void for_each_group(F&& each) const {
    for (std::size_t i = 0; i < groups_.size(); ++i)
      if (groups_[i] != nullptr) each(static_cast<GroupId>(i), static_cast<const BrokerGroup&>(*groups_[i]));
  }
  // Frees the groups that serve no session and hold no interest any more, but for the default one and the canaries'.
  void free_unused_groups();

  // ---- interests
  Interest& operator[](InterestId id) { return *interests_[id]; }
  const Interest& operator[](InterestId id) const { return *interests_[id]; }
  const Interest* at(InterestId id) const { return interests_[id].get(); }  // to fetch it ahead
  InterestId find(GroupId group, const InstrumentKey& key) const;           // kNoInterest: there is none
  // Made when new; `is_new` says so.
  InterestId find_or_add(GroupId group, const InstrumentKey& key, bool& is_new);
  void remove(InterestId id);
  TopicId find_topic(GroupId group, const InstrumentKey& key, Stream stream) const;
  // Calls each(InterestId, Interest&) for every interest; `each` may remove interests.
  template <class F>
  void for_each(F&& each) {
    for (InterestId id = 0; id < interests_.size(); ++id)
      if (interests_[id] != nullptr) each(id, *interests_[id]);
  }
  template <class F>
  void for_each(F&& each) const {
    for (InterestId id = 0; id < interests_.size(); ++id)
      if (interests_[id] != nullptr) each(id, static_cast<const Interest&>(*interests_[id]));
  }
  std::vector<InterestId> all_of(GroupId group) const;  // a copy: interests may go meanwhile

 private:
  const Brokers& brokers_;
  std::vector<std::unique_ptr<BrokerGroup>> groups_;  // null: freed, for the next one
  std::vector<std::unique_ptr<Interest>> interests_;
  std::vector<InterestId> free_;
};

}  // namespace gw::upstream
