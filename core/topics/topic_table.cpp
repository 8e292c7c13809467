#include "core/topics/topic_table.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace gw::topics {

TopicId TopicTable::find_or_add(InterestId interest, upstream::Stream stream) {
  upstream::Interest& i = interests_[interest];
  if (const TopicId known = i.find_topic(stream); known != kNoTopic) return known;
  TopicId id = 0;
  if (free_.empty()) {
    id = static_cast<TopicId>(topics_.size());
    topics_.push_back(std::make_unique<Topic>());
  } else {
    id = free_.back();
    free_.pop_back();
    topics_[id] = std::make_unique<Topic>();
  }
  i.add_topic(stream, id);
  Topic& t = *topics_[id];
  t.interest = interest;
  t.published = i.group == upstream::kDefaultGroup;
  // One number is left out, because clients that held a topic of this name before have missed something.
  if (const std::uint64_t floor = interests_.group_of(i).seq_floor; floor != 0) t.seq = floor + 1;
  t.audience.resize(shards_.size());
  t.info.symbol = i.instrument.symbol;
  t.info.exchange = i.instrument.exchange;
  t.info.stream = stream;
  t.name = i.instrument.symbol + '.' + i.instrument.exchange + '.' + std::to_string(stream.mode);
  ++count_of(t);
  return id;
}

// Where topics of this one's broker, mode and state are counted.
std::size_t& TopicTable::count_of(const Topic& t) {
  if (t.broker >= counts_.size()) counts_.resize(t.broker + std::size_t{1});
  return counts_[t.broker][static_cast<std::size_t>(t.info.stream.mode) >> 1][static_cast<std::size_t>(t.state)];
}

void TopicTable::remove(TopicId id) {
  const Topic& t = *topics_[id];
  --count_of(t);
  upstream::Interest& i = interests_[t.interest];
  i.remove_topic(t.info.stream, id);
  std::uint64_t& floor = interests_.group_of(i).seq_floor;
  floor = std::max(floor, t.seq);
  free_.push_back(id);
}

void TopicTable::granted(TopicId id, const upstream::Grant& grant) {
  Topic& t = *topics_[id];
  const bool was_granted = std::exchange(t.granted, grant.is_granted());
  // A topic that cannot be had keeps the levels and the message that it had.
  const int actual = t.granted ? grant.actual_depth : t.info.actual_depth;
  const std::string& message = t.granted ? grant.message : t.info.broker_message;
  const bool is_new = t.info.head[0].empty();
  const bool has_other_levels = !is_new && actual != t.info.actual_depth;
  if (is_new || has_other_levels || t.broker != grant.broker || t.info.broker_message != message) {
    const upstream::BrokerSetup& broker = brokers_[grant.broker].setup();
    --count_of(t);
    t.broker = grant.broker;
    ++count_of(t);
    t.info.broker = broker.name;
    t.info.simulated = broker.simulated;
    t.info.is_of_24_hours = broker.capabilities.is_of_24_hours(t.info.exchange);
    t.info.actual_depth = actual;
    t.info.broker_message = message;
    encoder_.prepare(t.info);
  }
  if (!t.granted)
    fail(id, grant.lacking);
  else if (grant.refusal != nullptr)
    fail(id, *grant.refusal);
  else if (!was_granted || t.state == SubscriptionState::failed)
    set_state(id, SubscriptionState::pending);
  if (has_other_levels && t.granted) tell_extras(id);
  t.has_less = grant.is_less;
}

void TopicTable::set_state(TopicId id, SubscriptionState state) {
  Topic& t = *topics_[id];
  t.reason.clear();
  if (t.state == state) return;
  --count_of(t);
  t.state = state;
  ++count_of(t);
  t.quiet = false;
  tell_extras(id);
}

void TopicTable::suspect(TopicId id, std::string_view why) {
  Topic& t = *topics_[id];
  if (t.state != SubscriptionState::active) return;
  --count_of(t);
  t.state = SubscriptionState::pending;
  ++count_of(t);
  t.quiet = false;
  t.reason = why.empty() ? "not up to date" : why;
  tell_extras(id);
}

// Each reason is told once to the sessions that hold the topic.
void TopicTable::fail(TopicId id, std::string_view reason) {
  Topic& t = *topics_[id];
  if (t.state == SubscriptionState::failed && t.reason == reason) return;
  --count_of(t);
  t.state = SubscriptionState::failed;
  ++count_of(t);
  t.reason = reason;
  tell_refused(id, reason);
}

void TopicTable::unconfirm(const upstream::Interest& interest) {
  interest.for_each_topic([this](TopicId id) {
    if (topics_[id]->state == SubscriptionState::active) set_state(id, SubscriptionState::pending);
  });
}

void TopicTable::unconfirm_all_of(BrokerId broker) {
  interests_.for_each([&](InterestId, const upstream::Interest& i) {
    i.for_each_topic([&](TopicId id) {
      const Topic& t = *topics_[id];
      if (t.state == SubscriptionState::active && t.holders != 0 && t.broker == broker)
        set_state(id, SubscriptionState::pending);
    });
  });
}

void TopicTable::note_quiet(TopicId id) {
  Topic& t = *topics_[id];
  if (t.state == SubscriptionState::pending && !std::exchange(t.quiet, true)) tell_extras(id);
}

void TopicTable::tell_extras(TopicId id) {
  for (const Audience& audience : topics_[id]->audience)
    for (const Lane lane : {Lane::extras, Lane::extras_deflated, Lane::sampled})
      if (const auto& sessions = audience.of(lane); !sessions.empty()) notices_.subscription_changed(id, sessions);
}

void TopicTable::tell_refused(TopicId id, std::string_view reason) {
  const Topic& t = *topics_[id];
  for (const Audience& audience : t.audience)
    for (const auto& sessions : audience.lanes)
      for (const SessionId session : sessions) notices_.refused(session, t.info, reason);
  tell_extras(id);
}

}  // namespace gw::topics
