#include "core/routing/router.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace gw::routing {

using upstream::InstrumentKey;

// Parts that are made before `events_` only keep a reference to it, so that the order of the members does not matter.
Router::Router(const Encoder& encoder, SessionPort& port, Clocks clocks, std::function<std::string()> new_epoch,
               std::size_t resume_memory)
    : clocks_(std::move(clocks)),
      interests_(brokers_),
      choice_(brokers_, interests_),
      listings_(brokers_, interests_, events_),
      demand_(brokers_, interests_, choice_, listings_, events_, clocks_.monotonic),
      succession_(brokers_, interests_, demand_, clocks_.monotonic),
      reassigner_(brokers_, interests_, choice_, listings_, demand_, events_),
      witness_(brokers_, interests_),
      failover_({brokers_, interests_, choice_, demand_, reassigner_, witness_, events_}, clocks_.monotonic,
                std::move(new_epoch)),
      topics_(brokers_, interests_, encoder, port),
      log_(resume_memory),
      replay_(topics_, log_),
      publisher_({brokers_, interests_, topics_, encoder, log_}, clocks_.wall,
                 [this](SessionId session) { return holdings_[session].variant == Variant::extras; }),
      holdings_(topics_),
      lifetime_(interests_, topics_, publisher_, demand_),
      pinned_({brokers_, interests_, choice_, listings_, demand_, failover_, topics_, lifetime_}),
      subscribed_({brokers_, interests_, choice_, listings_, demand_, topics_, publisher_, lifetime_}),
      events_({interests_, topics_, publisher_, replay_, holdings_, lifetime_, pinned_, subscribed_, port}),
      intake_({brokers_, interests_, demand_, reassigner_, failover_, witness_, topics_, publisher_, port}),
      port_(port) {}

// ---- brokers

void Router::attach_broker(BrokerId id, BrokerSetup setup) {
  brokers_[id].attach(std::move(setup));
  demand_.request_all_of(id);
  pinned_.keep_canaries(id);
  interests_.for_each_group([this](GroupId group, const BrokerGroup&) { failover_.follow_standby(group); });
  review();
  flush_demand();
  port_.broker_changed(id);
}

void Router::detach_broker(BrokerId id, std::string why, std::string next_step) {
  pinned_.end_canaries(id);
  brokers_[id].detach(std::move(why), std::move(next_step));
  topics_.unconfirm_all_of(id);
  review();
  flush_demand();
  port_.broker_changed(id);
}

void Router::take_over(BrokerId id) {
  intake_.drain_all_of(id, clocks_.wall(), clocks_.monotonic());
  const bus::LinkState before = brokers_[id].state();
  succession_.take_over(id);
  if (brokers_[id].state() != before) port_.broker_changed(id);
  tell_of_feeds(id);
  // What had to wait in its ring. Its bell was rung for that, and rings no more before it is answered.
  intake_.drain_all_of(id, clocks_.wall(), clocks_.monotonic());
}

void Router::begin_hang(BrokerId id, std::int64_t since_ns, const std::string& message) {
  if (!brokers_[id].available()) return;
  brokers_[id].begin_hang(since_ns, message, clocks_.monotonic());
  for (const upstream::MarketFeed& feed : brokers_[id].feeds().all())
    reassigner_.unconfirm_what_waits_for(id, feed.exchange);
  tell_of_feeds(id);
}

void Router::end_hang(BrokerId id) {
  brokers_[id].end_hang(clocks_.monotonic());
  tell_of_feeds(id);
}

void Router::tell_of_feeds(BrokerId id) {
  port_.feed_changed(id);
  review();
  flush_demand();
}

bool Router::has_depth_level(int level) const {
  return std::any_of(brokers_.begin(), brokers_.end(), [level](const auto& broker) {
    const registry::Capabilities& can = broker->setup().capabilities;
    const auto& exchanges = can.exchanges();
    return std::any_of(exchanges.begin(), exchanges.end(),
                       [&](const std::string& exchange) { return can.is_depth_supported(exchange, level); });
  });
}

bool Router::ticks_steadily(std::string_view exchange) const {
  const std::int64_t now = clocks_.monotonic();
  return std::any_of(brokers_.begin(), brokers_.end(), [&](const auto& broker) {
    const MarketFeed* feed = broker->feeds().find(exchange);
    return feed != nullptr && feed->ticks_steadily(now);
  });
}

// ---- instrument lists

void Router::set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index) {
  std::set<BrokerId> changed;
  for (BrokerId id = 0; id < brokers_.size(); ++id) {
    if (brokers_[id].setup().plugin != plugin) continue;
    brokers_[id].set_index(index);
    changed.insert(id);
  }
  reassigner_.follow_lists(changed);
  pinned_.apply();
  subscribed_.apply();
  for (const BrokerId id : changed) pinned_.keep_canaries(id);
  demand_.request_waiting();
  flush_demand();
}

void Router::set_expiries(instruments::Expiries expiries) {
  if (!listings_.set_expiries(std::move(expiries))) return;
  reassigner_.end_what_is_over();
  flush_demand();
}

void Router::serve_expired(bool serves) {
  if (!listings_.serve_expired(serves)) return;
  reassigner_.end_what_is_over();
  flush_demand();
}

void Router::mix_brokers(bool mixes) {
  if (!choice_.mix_brokers(mixes)) return;
  reassigner_.choose_all_sources();
  flush_demand();
}

void Router::publish_to(Publisher& publisher, std::vector<Pin> pins) {
  publisher_.publish_to(publisher);
  pinned_.pin(std::move(pins));
  flush_demand();
}

// ---- groups

GroupId Router::group_for(std::string_view key, const std::vector<BrokerId>& order) {
  bool is_new = false;
  const GroupId id = failover_.group_for(key, order, is_new);
  if (is_new && id == kDefaultGroup)
    for (BrokerId broker = 0; broker < brokers_.size(); ++broker) pinned_.keep_canaries(broker);
  return id;
}

void Router::set_order(GroupId id, std::vector<BrokerId> order) {
  failover_.set_order(id, std::move(order));
  flush_demand();
}

// ---- sessions

void Router::open(SessionId session, GroupId group, Variant variant, bool deflated, std::size_t subscription_limit) {
  ++interests_.group(group).sessions;
  holdings_.open(session, group, variant, deflated, subscription_limit);
}

Outcome Router::subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream,
                          SubscribeOptions options) {
  const InstrumentKey key(symbol, exchange);
  const Client& client = holdings_[session];
  const GroupId group = client.group;
  const BrokerGroup& g = interests_.group(group);
  const upstream::Broker& active = brokers_[g.broker()];
  Outcome outcome;
  if (!active.available()) {
    outcome.code = Code::broker_unavailable;
    outcome.detail = active.setup().unavailable;
    return outcome;
  }
  if (const TopicId known = interests_.find_topic(group, key, stream); client.held.contains(known))
    return resubscribe(session, known, options);
  auto by = choice_.server_of(g, key);
  if (!by) by = choice_.waits_for(g, key);
  const upstream::Broker& broker = brokers_[by.value_or(g.broker())];
  const auto row = broker.routes().row(key);
  const bool over = row && listings_.is_over(exchange, row->expiry);
  if (over || !by) {
    outcome.code = Code::symbol_not_found;
    outcome.gone = over ? broker.routes().gone(key) : choice_.gone_of(g, key);
    if (over) outcome.gone.expired_on = row->expiry;
    return outcome;
  }
  const upstream::Offer offer = upstream::offer_of(broker.setup(), exchange, stream);
  outcome.broker = broker.name();
  if (!offer.has_it()) {
    outcome.code = Code::broker_limitation;
    outcome.detail = offer.lacking;
    outcome.supported = offer.supported;
    return outcome;
  }
  outcome.source_depth = offer.source_depth;
  if (client.held.size() >= client.limit) {
    outcome.code = Code::subscription_limit;
    return outcome;
  }
  const TopicId id = lifetime_.find_or_add(group, key, stream);
  const Topic& topic = topics_[id];
  demand_.ask_again(topic.interest);
  // Requested even if others hold it already: a stream with fewer levels may be had in full by now.
  demand_.request(topic.interest);
  if (!topic.granted) {
    outcome.code = Code::subscription_limit;
    outcome.detail = topic.reason;
    lifetime_.end_if_unused(id);
    return outcome;
  }
  if (count_on_from(id, client.seq_floor)) renumber(group);
  holdings_.join(session, id, options, demand_.next_order());
  outcome.topic = id;
  outcome.actual_depth = topic.info.actual_depth;
  outcome.is_new = true;
  if (topic.state == SubscriptionState::failed) outcome.refusal = topic.reason;
  return outcome;
}

Outcome Router::resubscribe(SessionId session, TopicId id, const SubscribeOptions& options) {
  holdings_.choose_lane(session, id, options);
  const Topic& topic = topics_[id];
  demand_.ask_again(topic.interest);
  Outcome outcome;
  outcome.topic = id;
  outcome.broker = topic.info.broker;
  outcome.actual_depth = topic.info.actual_depth;
  if (topic.state == SubscriptionState::failed) outcome.refusal = topic.reason;
  return outcome;
}

void Router::leave(SessionId session, TopicId id) {
  holdings_.leave(session, id);
  lifetime_.end_if_unused(id);
}

Outcome Router::unsubscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream) {
  Outcome outcome;
  outcome.code = Code::not_subscribed;
  const upstream::InterestId interest = interests_.find(holdings_[session].group, InstrumentKey(symbol, exchange));
  if (interest == upstream::kNoInterest) return outcome;
  for (const TopicId id : interests_[interest].all_topics()) {
    if (!holdings_.holds(session, id)) continue;
    const Stream have = topics_[id].info.stream;
    if (have.mode != stream.mode) continue;
    if (stream.mode == BGW_MODE_DEPTH && stream.depth_level != 0 && have.depth_level != stream.depth_level) continue;
    leave(session, id);
    outcome.ended_depth = outcome.code == Code::ok ? 0 : have.depth_level;
    outcome.code = Code::ok;
  }
  return outcome;
}

void Router::unsubscribe(SessionId session, TopicId topic) {
  if (holdings_.holds(session, topic)) leave(session, topic);
}

std::size_t Router::unsubscribe_all(SessionId session) {
  const std::vector<TopicId> all = holdings_.topics_of(session);
  for (const TopicId id : all) leave(session, id);
  return all.size();
}

void Router::move(SessionId session, GroupId group) {
  if (holdings_[session].group == group) return;
  struct Moved {
    TopicInfo info;
    SubscribeOptions options;
    std::uint64_t seq;
  };
  std::vector<Moved> moved;
  std::vector<std::pair<TopicInfo, Gone>> ended;
  for (const auto& [id, held] : holdings_[session].held) {
    const TopicInfo& info = topics_[id].info;
    const upstream::Interest& i = interests_[topics_[id].interest];
    const auto by = choice_.server_of(interests_.group(group), i.instrument.key());
    if (by && !choice_.is_same_instrument(i, *by))
      ended.emplace_back(info, choice_.other_instrument(*by, i));
    else
      moved.push_back({info, {.sampled = held.lane == Lane::sampled, .resumes = false}, topics_[id].seq});
  }
  unsubscribe_all(session);
  --interests_.group(holdings_[session].group).sessions;
  ++interests_.group(group).sessions;
  holdings_.set_group(session, group);
  for (const auto& [info, why] : ended) port_.ended(session, info, why);
  bool others_jump = false;
  for (const auto& [info, options, seq] : moved) {
    const TopicId id = lifetime_.find_or_add(group, InstrumentKey(info.symbol, info.exchange), info.stream);
    const Topic& topic = topics_[id];
    others_jump = count_on_from(id, seq) || others_jump;
    demand_.request(topic.interest);
    holdings_.join(session, id, options, demand_.next_order());
    if (!topic.granted) port_.refused(session, topic.info, topic.reason);
  }
  if (others_jump) renumber(group);
}

void Router::renumber(GroupId group) {
  failover_.begin_epoch(group);
  port_.renumbered(group);
}

// A client's sequence numbers never run backwards, also where the group that it comes to has counted less. True:
// whoever holds the topic already, or may come back to it, sees a jump.
bool Router::count_on_from(TopicId id, std::uint64_t seq) {
  Topic& topic = topics_[id];
  if (topic.seq >= seq) return false;
  holdings_.skip(id, seq - topic.seq);
  topic.seq = seq;
  publisher_.forget(id);
  return topic.holders != 0 || topic.kept_until_ns != 0;
}

void Router::close(SessionId session, std::int64_t keep_ns) {
  if (keep_ns != 0)
    for (const TopicId topic : holdings_.topics_of(session)) replay_.keep(topic, clocks_.monotonic() + keep_ns);
  unsubscribe_all(session);
  --interests_.group(holdings_[session].group).sessions;
  holdings_.close(session);
}

// ---- topics

std::string Router::note(TopicId id) const {
  const Topic& topic = topics_[id];
  const upstream::Interest& i = interests_[topic.interest];
  if (const auto broker = choice_.awaited_by(i)) return "waiting for broker " + brokers_[*broker].name();
  if (!i.unlisted_on.empty()) return "not in list";
  if (topic.priceless) return "waiting for a last price";
  if (topic.quiet) return "no data yet";
  if (topic.state == SubscriptionState::pending) return topic.reason;
  return {};
}

std::string_view Router::snapshot(SessionId session, TopicId id) {
  return holdings_.holds(session, id) ? publisher_.snapshot(id, holdings_[session].variant) : std::string_view{};
}

std::string_view Router::last_published(SessionId session, TopicId id) {
  return holdings_.holds(session, id) ? publisher_.last_published(id, holdings_[session].variant) : std::string_view{};
}

bool Router::replay(SessionId session, TopicId id, std::uint64_t& seq, std::uint64_t& missing,
                    const std::function<bool(std::string_view)>& take) {
  if (!replay_.hand_over(id, seq, missing, take)) return false;
  go_live(session, id);
  return true;
}

void Router::let_go() {
  for (const TopicId id : replay_.take_expired(clocks_.monotonic())) lifetime_.end_if_unused(id);
  interests_.free_unused_groups();
}

RouterCounts Router::counts() const {
  RouterCounts counts;
  static_cast<topics::PublishCounts&>(counts) = publisher_.counts();
  counts.updates = intake_.updates();
  counts.unwanted = intake_.unwanted();
  counts.switches = failover_.switches();
  return counts;
}

}  // namespace gw::routing
