// What instrument lists and the calendar's days do to subscriptions: who loses a token, who is not listed any more, and
// which contracts are over.
#include <algorithm>
#include <set>

#include "core/routing/router.hpp"

namespace gw::routing {

void Router::set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index) {
  std::set<BrokerId> changed;
  for (BrokerId id = 0; id < brokers_.size(); ++id) {
    if (brokers_[id]->setup().plugin != plugin) continue;
    brokers_[id]->set_index(index);
    changed.insert(id);
  }
  follow_lists(changed);
  for (const BrokerId id : changed) {
    end_what_waited_in_vain(id);
    mark_unlisted(id);
  }
  settle(true);
  apply_pins();
  for (const BrokerId id : changed) keep_canaries(id);
  place_what_waits();
  flush_demand();
}

// What has lost its token is asked for under the new one, or ends where the list has no such instrument. All that ends
// at the broker ends before anything begins, whatever tokens changed hands.
void Router::follow_lists(const std::set<BrokerId>& changed) {
  struct Moved {
    InterestId id;
    std::optional<BrokerId> served_by;
  };
  std::vector<Moved> moved;
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr) continue;
    Interest& i = *interests_[id];
    const auto lost = [&](const Leg& leg) {
      return leg.handle != kNoHandle && changed.contains(leg.broker) &&
             !brokers_[leg.broker]->is_bound(leg.handle, i.symbol, i.exchange);
    };
    const bool served = lost(i.served);
    const bool stands_by = lost(i.standby);
    const auto served_by = served ? std::optional(i.served.broker) : std::nullopt;
    if (served) detach(i.served, id, &Route::served);
    if (stands_by) detach(i.standby, id, &Route::standing_by);
    if ((served || stands_by) && !(i.awaited && changed.contains(*i.awaited))) moved.push_back({id, served_by});
  }
  for (const auto& [id, served_by] : moved) {
    const Interest& i = *interests_[id];
    const Lineup& l = *lineups_[i.lineup];
    if (served_by && !server_of(l, i.symbol, i.exchange) && !waits_for(l, i.symbol, i.exchange)) {
      end(id, gone_of(l, i.symbol, i.exchange));
      continue;
    }
    i.for_each_topic([this, anew = served_by.has_value()](TopicId topic) {
      if (anew && topics_[topic]->state == SubscriptionState::active) set_state(topic, SubscriptionState::pending);
    });
    serve(id);
    place(id);
  }
}

// Nobody serves it, and the broker that was waited for does not list it any more.
void Router::end_what_waited_in_vain(BrokerId broker) {
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr || interests_[id]->awaited != broker || interests_[id]->ends) continue;
    const Interest& i = *interests_[id];
    const Lineup& l = *lineups_[i.lineup];
    if (!server_of(l, i.symbol, i.exchange) && !waits_for(l, i.symbol, i.exchange))
      end(id, brokers_[broker]->gone(i.symbol, i.exchange));
    else
      place(id);
  }
}

void Router::mark_unlisted(BrokerId broker) {
  for (const auto& interest : interests_)
    if (interest != nullptr && interest->awaited.value_or(interest->served.broker) == broker) note_listing(*interest);
}

// Notes what the list of the broker that serves, or is waited for, says of an interest. One that the list lacks goes on
// until its exchange's next day, because the broker may still serve it.
void Router::note_listing(Interest& i) {
  const BrokerId broker = i.awaited.value_or(i.served.broker);
  const auto row = brokers_[broker]->row(i.symbol, i.exchange);
  if (row && !row->expiry.empty()) i.expiry = row->expiry;
  const bool listed = row.has_value() || (i.served.handle == kNoHandle && !i.awaited);
  if (listed ? i.unlisted_on.empty() : !i.unlisted_on.empty() && i.unlisted_at == broker) return;
  i.unlisted_at = broker;
  i.unlisted_on = listed ? std::string_view{} : expiries_.today(i.exchange);
  i.for_each_topic([this](TopicId topic) { tell_extras(topic); });
}

std::size_t Router::unlisted_count(BrokerId broker) const {
  return static_cast<std::size_t>(std::count_if(interests_.begin(), interests_.end(), [&](const auto& interest) {
    return interest != nullptr && interest->served.broker == broker && !interest->unlisted_on.empty() &&
           !lineups_[interest->lineup]->is_canary;
  }));
}

void Router::set_expiries(instruments::Expiries expiries) {
  if (expiries == expiries_) return;
  expiries_ = std::move(expiries);
  end_what_is_over();
}

void Router::serve_expired(bool serves) {
  if (std::exchange(serves_expired_, serves) != serves) end_what_is_over();
}

// Contracts past their last day end; what its broker has not listed since before today ends there, and goes to another
// one that lists it.
void Router::end_what_is_over() {
  std::set<BrokerId> changed;
  for (InterestId id = 0; id < interests_.size(); ++id) {
    if (interests_[id] == nullptr) continue;
    const Interest& i = *interests_[id];
    if (is_over(i.exchange, i.expiry)) {
      Gone why = brokers_[i.awaited.value_or(i.served.broker)]->gone(i.symbol, i.exchange);
      why.expired_on = i.expiry;
      end(id, why);
    } else if (!i.unlisted_on.empty() && i.unlisted_on < expiries_.today(i.exchange)) {
      brokers_[i.served.broker]->unbind(i.symbol, i.exchange);
      changed.insert(i.served.broker);
    }
  }
  follow_lists(changed);
  flush_demand();
}

// Its topics are over for everybody who holds them.
void Router::end(InterestId id, const Gone& why) {
  interests_[id]->ends = true;
  for (const TopicId topic : topics_of(id)) {
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

std::string Router::note(TopicId id) const {
  const Topic& topic = *topics_[id];
  const Interest& i = *interests_[topic.interest];
  if (const auto broker = awaits(i)) return "waiting for broker " + brokers_[*broker]->setup().name;
  if (!i.unlisted_on.empty()) return "not in list";
  if (topic.priceless) return "waiting for a last price";
  if (topic.quiet) return "no data yet";
  return {};
}

}  // namespace gw::routing
