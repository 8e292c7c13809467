#include "core/upstream/interest_table.hpp"

#include <algorithm>
#include <utility>

namespace gw::upstream {

GroupId InterestTable::add_group(std::string_view key, std::vector<BrokerId> order) {
  auto made = std::make_unique<BrokerGroup>();
  made->key = key;
  made->order = std::move(order);
  const auto free = std::find(groups_.begin(), groups_.end(), nullptr);
  const auto id = static_cast<GroupId>(free - groups_.begin());
  if (free == groups_.end())
    groups_.push_back(std::move(made));
  else
    *free = std::move(made);
  return id;
}

void InterestTable::free_unused_groups() {
  for (std::size_t i = kDefaultGroup + std::size_t{1}; i < groups_.size(); ++i)
    if (groups_[i] != nullptr && !groups_[i]->is_canary && groups_[i]->sessions == 0 && groups_[i]->interests.empty())
      groups_[i].reset();
}

std::optional<GroupId> InterestTable::find_group(std::string_view key) const {
  for (std::size_t i = 0; i < groups_.size(); ++i)
    if (groups_[i] != nullptr && groups_[i]->key == key) return static_cast<GroupId>(i);
  return std::nullopt;
}

InterestId InterestTable::find(GroupId group, const InstrumentKey& key) const {
  const auto& interests = groups_[group]->interests;
  const auto found = interests.find(key);
  return found == interests.end() ? kNoInterest : found->second;
}

TopicId InterestTable::find_topic(GroupId group, const InstrumentKey& key, Stream stream) const {
  const InterestId id = find(group, key);
  return id == kNoInterest ? kNoTopic : interests_[id]->find_topic(stream);
}

InterestId InterestTable::find_or_add(GroupId group, const InstrumentKey& key, bool& is_new) {
  const InterestId known = find(group, key);
  is_new = known == kNoInterest;
  if (!is_new) return known;
  BrokerGroup& g = *groups_[group];
  auto made = std::make_unique<Interest>();
  made->instrument = InstrumentName(key);
  made->group = group;
  for (const BrokerId broker : g.order)
    if (const auto row = brokers_[broker].routes().row(key); row && made->expiry.empty()) made->expiry = row->expiry;
  InterestId id = 0;
  if (free_.empty()) {
    id = static_cast<InterestId>(interests_.size());
    interests_.push_back(std::move(made));
  } else {
    id = free_.back();
    free_.pop_back();
    interests_[id] = std::move(made);
  }
  g.interests.emplace(InstrumentName(key), id);
  ++g.exchanges[std::string(key.exchange)];
  return id;
}

void InterestTable::remove(InterestId id) {
  const Interest& i = *interests_[id];
  BrokerGroup& g = *groups_[i.group];
  g.interests.erase(g.interests.find(i.instrument.key()));
  if (const auto at = g.exchanges.find(i.instrument.exchange); --at->second == 0) g.exchanges.erase(at);
  interests_[id].reset();
  free_.push_back(id);
}

std::vector<InterestId> InterestTable::all_of(GroupId group) const {
  std::vector<InterestId> all;
  all.reserve(groups_[group]->interests.size());
  for (const auto& [name, id] : groups_[group]->interests) all.push_back(id);
  return all;
}

}  // namespace gw::upstream
