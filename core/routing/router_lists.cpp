// What instrument lists and the calendar's days do to subscriptions: who loses a token, who is not listed any more, and
// which contracts are over.
#include <algorithm>

#include "core/routing/router.hpp"

namespace gw::routing {

void Router::set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index) {
  for (BrokerId id = 0; id < brokers_.size(); ++id) {
    if (brokers_[id]->setup().plugin != plugin) continue;
    brokers_[id]->set_index(index);
    follow_list(id);
    mark_unlisted(id);
  }
  apply_pins();
  place_what_waits();
  flush_demand();
}

// What has lost its token is asked for under the new one, or ends where the list has no such instrument. All that ends
// at the broker ends before anything begins, whatever tokens changed hands.
void Router::follow_list(BrokerId broker) {
  const BrokerTable& table = *brokers_[broker];
  std::vector<InterestId> moved;
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr) continue;
    Interest& i = *interests_[id];
    const auto lost = [&](const Leg& leg) {
      return leg.broker == broker && leg.handle != kNoHandle && !table.is_bound(leg.handle, i.symbol, i.exchange);
    };
    const bool served = lost(i.served);
    const bool stands_by = lost(i.standby);
    if (served) detach(i.served, id, &Route::served);
    if (stands_by) detach(i.standby, id, &Route::standing_by);
    if (served || stands_by) moved.push_back(id);
  }
  for (const InterestId id : moved) {
    const Interest& i = *interests_[id];
    if (lineups_[i.lineup]->broker() == broker && !table.lists(i.symbol, i.exchange)) {
      end(id, table.gone(i.symbol, i.exchange));
      continue;
    }
    for (const TopicId topic : i.topics)
      if (topic != kNoTopic && topics_[topic]->state == SubscriptionState::active)
        set_state(topic, SubscriptionState::pending);
    place(id);
  }
}

void Router::mark_unlisted(BrokerId broker) {
  for (const auto& interest : interests_)
    if (interest != nullptr && interest->served.broker == broker) note_listing(*interest);
}

// Notes what the list of the serving broker says of an interest. One that the list lacks goes on until its exchange's
// next day, because the broker may still serve it.
void Router::note_listing(Interest& i) {
  const auto row = brokers_[i.served.broker]->row(i.symbol, i.exchange);
  if (row && !row->expiry.empty()) i.expiry = row->expiry;
  const bool listed = row.has_value() || i.served.handle == kNoHandle;
  if (listed == i.unlisted_on.empty()) return;
  i.unlisted_on = listed ? std::string_view{} : expiries_.today(i.exchange);
  for (const TopicId topic : i.topics)
    if (topic != kNoTopic) tell_extras(topic);
}

std::size_t Router::unlisted_count(BrokerId broker) const {
  return static_cast<std::size_t>(std::count_if(interests_.begin(), interests_.end(), [broker](const auto& interest) {
    return interest != nullptr && interest->served.broker == broker && !interest->unlisted_on.empty();
  }));
}

void Router::set_expiries(instruments::Expiries expiries) {
  if (expiries == expiries_) return;
  expiries_ = std::move(expiries);
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr) continue;
    const Interest& i = *interests_[id];
    const bool over = is_over(i.exchange, i.expiry);
    if (!over && (i.unlisted_on.empty() || i.unlisted_on >= expiries_.today(i.exchange))) continue;
    Gone why = brokers_[i.served.broker]->gone(i.symbol, i.exchange);
    if (over) why.expired_on = i.expiry;
    end(id, why);
  }
  flush_demand();
}

// Its topics are over for everybody who holds them.
void Router::end(InterestId id, const Gone& why) {
  const std::array<TopicId, kStreams> topics = interests_[id]->topics;
  interests_[id]->ends = true;
  for (const TopicId topic : topics) {
    if (topic == kNoTopic) continue;
    Topic& t = *topics_[topic];
    t.pinned = false;
    if (t.kept_until_ns != 0) kept_.erase({std::exchange(t.kept_until_ns, 0), topic});
    std::vector<SessionId> holders;
    for (const Audience& audience : t.audience)
      for (const auto& lane : audience.lanes) holders.insert(holders.end(), lane.begin(), lane.end());
    if (holders.size() < t.holders)  // others resume, and are in no audience yet
      for (std::uint32_t shard = 0; shard < clients_.size(); ++shard)
        for (std::uint32_t slot = 0; slot < clients_[shard].size(); ++slot) {
          const auto held = clients_[shard][slot].held.find(topic);
          if (held != clients_[shard][slot].held.end() && !held->second.live) holders.push_back(shard << 24 | slot);
        }
    const TopicInfo info = t.info;
    if (holders.empty()) drop_topic_if_unused(topic);
    for (const SessionId session : holders) {
      leave(session, topic);
      port_.ended(session, info, why);
    }
  }
}

std::string_view Router::note(TopicId id) const {
  const Interest& i = *interests_[topics_[id]->interest];
  return i.unlisted_on.empty() ? "" : "not in list";
}

}  // namespace gw::routing
