// The way of a subscription, from a session's request to the demand that an adapter sees.
#include "core/routing/router.hpp"

#include <algorithm>

namespace gw::routing {
namespace {

const char* feature_of(Stream s) { return s.mode == BGW_MODE_DEPTH ? "depth" : "mode"; }

}  // namespace

Router::Router(const Encoder& encoder, SessionPort& port, std::function<std::int64_t()> clock, std::string epoch)
    : encoder_(encoder), port_(port), clock_(std::move(clock)), epoch_(std::move(epoch)) {}

// Mode and depth that serve every topic of the route.
std::pair<std::uint32_t, std::uint32_t> Router::wanted(const Route& r) const {
  std::uint32_t mode = 0;
  int depth = 0;
  for (const TopicId id : r.topics) {
    if (id == kNoTopic) continue;
    const TopicInfo& info = topics_[id]->info;
    mode = std::max(mode, static_cast<std::uint32_t>(info.stream.mode));
    depth = std::max(depth, info.actual_depth);
  }
  return {mode, static_cast<std::uint32_t>(depth)};
}

BrokerId Router::add_broker(BrokerSetup setup) {
  brokers_.push_back(std::make_unique<BrokerTable>(std::move(setup)));
  return static_cast<BrokerId>(brokers_.size() - 1);
}

std::optional<BrokerId> Router::find_broker(std::string_view name) const {
  for (std::size_t i = 0; i < brokers_.size(); ++i)
    if (brokers_[i]->setup().name == name) return static_cast<BrokerId>(i);
  return std::nullopt;
}

void Router::set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index) {
  for (const auto& table : brokers_)
    if (table->setup().plugin == plugin) table->set_index(index);
  apply_pins();
  flush_demand();
}

void Router::set_capabilities(BrokerId id, registry::Capabilities capabilities) {
  brokers_[id]->capabilities() = std::move(capabilities);
}

void Router::publish_to(Publisher& publisher, BrokerId broker, std::vector<Pin> pins) {
  publisher_ = &publisher;
  published_broker_ = broker;
  pins_ = std::move(pins);
  apply_pins();
  flush_demand();
}

std::vector<Router::Pin> Router::missing_pins() const {
  std::vector<Pin> missing;
  for (const Pin& pin : pins_)
    if (!brokers_[published_broker_]->find_route(pin.symbol, pin.exchange)) missing.push_back(pin);
  return missing;
}

void Router::apply_pins() {
  if (publisher_ == nullptr || !brokers_[published_broker_]->available()) return;
  for (const Pin& pin : pins_) {
    for (const Stream stream : {Stream{BGW_MODE_LTP, 0}, Stream{BGW_MODE_QUOTE, 0}, Stream{BGW_MODE_DEPTH, 5}}) {
      BrokerTable& table = *brokers_[published_broker_];
      if (check(table, pin.exchange, stream).code != Code::ok) continue;
      const auto handle = table.route_for(pin.symbol, pin.exchange);
      if (handle) topics_[topic_for(published_broker_, *handle, stream)]->pinned = true;
    }
  }
}

void Router::open(SessionId session, BrokerId broker, Variant variant, std::size_t subscription_limit) {
  const std::size_t slot = session & 0xffffffU;
  if (slot >= clients_.size()) clients_.resize(slot + 1);
  clients_[slot] = Client{true, broker, variant, subscription_limit, {}};
}

void Router::close(SessionId session) {
  unsubscribe_all(session);
  client(session).open = false;
}

Outcome Router::check(const BrokerTable& table, std::string_view exchange, Stream stream) const {
  Outcome outcome;
  const registry::Capabilities& can = table.setup().capabilities;
  if (!can.has_exchange(exchange) || !can.supports_mode(exchange, static_cast<std::uint32_t>(stream.mode))) {
    outcome.code = Code::broker_limitation;
    outcome.detail = feature_of(stream);
    if (stream.mode != BGW_MODE_DEPTH)
      for (const int mode : {1, 2, 4})
        if (can.supports_mode(exchange, static_cast<std::uint32_t>(mode))) outcome.supported.push_back(mode);
    return outcome;
  }
  if (stream.mode == BGW_MODE_DEPTH) {
    const auto actual = can.fallback_depth(exchange, stream.depth_level);
    if (!actual) {
      outcome.code = Code::broker_limitation;
      outcome.detail = "depth";
      return outcome;
    }
    outcome.actual_depth = *actual;
  }
  return outcome;
}

Outcome Router::subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream) {
  Client& c = client(session);
  BrokerTable& table = *brokers_[c.broker];
  Outcome outcome;
  if (!table.available()) {
    outcome.code = Code::broker_unavailable;
    outcome.detail = table.setup().unavailable;
    return outcome;
  }
  const bool known = table.find_route(symbol, exchange).has_value() ||
                     (table.index() != nullptr && table.index()->find(symbol, exchange).has_value());
  if (!known) {
    outcome.code = Code::symbol_not_found;
    return outcome;
  }
  outcome = check(table, exchange, stream);
  if (outcome.code != Code::ok) return outcome;
  const auto handle = table.route_for(symbol, exchange);
  const std::size_t slot = slot_of(stream);
  const TopicId existing = table.route(*handle)->topics[slot];
  if (existing != kNoTopic && c.held.contains(existing)) {
    outcome.topic = existing;
    return outcome;
  }
  if (c.held.size() >= c.limit) {
    table.touch(*handle);  // lets go of a route that was made just now
    outcome.code = Code::subscription_limit;
    return outcome;
  }
  outcome.topic = topic_for(c.broker, *handle, stream);
  outcome.is_new = true;
  std::vector<SessionId>& audience = topics_[outcome.topic]->audience.sessions[static_cast<std::size_t>(c.variant)];
  c.held.emplace(outcome.topic, static_cast<std::uint32_t>(audience.size()));
  audience.push_back(session);
  return outcome;
}

TopicId Router::topic_for(BrokerId broker, std::uint32_t handle, Stream stream) {
  BrokerTable& table = *brokers_[broker];
  Route& r = *table.route(handle);
  TopicId& place = r.topics[slot_of(stream)];
  if (place != kNoTopic) return place;
  if (free_topics_.empty()) {
    place = static_cast<TopicId>(topics_.size());
    topics_.push_back(std::make_unique<Topic>());
  } else {
    place = free_topics_.back();
    free_topics_.pop_back();
    topics_[place] = std::make_unique<Topic>();
  }
  Topic& t = *topics_[place];
  t.broker = broker;
  t.handle = handle;
  t.seq = table.seq_floor;
  t.info.symbol = r.symbol;
  t.info.exchange = r.exchange;
  t.info.stream = stream;
  if (stream.mode == BGW_MODE_DEPTH) {
    const registry::Capabilities& can = table.setup().capabilities;
    t.info.actual_depth = can.fallback_depth(r.exchange, stream.depth_level).value_or(0);
    t.info.broker_message =
        registry::broker_message(table.setup().name, can, r.exchange, stream.depth_level, t.info.actual_depth);
  }
  t.name = r.symbol + '.' + r.exchange + '.' + std::to_string(stream.mode);
  encoder_.prepare(t.info);
  ++r.topic_count;
  table.touch(handle);
  return place;
}

void Router::drop_topic_if_unused(TopicId id) {
  Topic& t = *topics_[id];
  if (t.pinned || t.subscribers() != 0) return;
  BrokerTable& table = *brokers_[t.broker];
  Route& r = *table.route(t.handle);
  r.topics[slot_of(t.info.stream)] = kNoTopic;
  --r.topic_count;
  table.seq_floor = std::max(table.seq_floor, t.seq);
  table.touch(t.handle);
  free_topics_.push_back(id);
}

void Router::leave(Client& c, TopicId id) {
  const auto held = c.held.find(id);
  const std::uint32_t place = held->second;
  std::vector<SessionId>& audience = topics_[id]->audience.sessions[static_cast<std::size_t>(c.variant)];
  audience[place] = audience.back();
  audience.pop_back();
  if (place < audience.size()) client(audience[place]).held[id] = place;
  c.held.erase(held);
  drop_topic_if_unused(id);
}

Outcome Router::unsubscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream) {
  Client& c = client(session);
  BrokerTable& table = *brokers_[c.broker];
  Outcome outcome;
  outcome.code = Code::not_subscribed;
  const auto handle = table.find_route(symbol, exchange);
  if (!handle) return outcome;
  const std::array<TopicId, kStreams> topics = table.route(*handle)->topics;
  for (std::size_t slot = 0; slot < kStreams; ++slot) {
    const TopicId id = topics[slot];
    if (id == kNoTopic || !c.held.contains(id)) continue;
    const Stream have = topics_[id]->info.stream;
    if (have.mode != stream.mode) continue;
    if (stream.mode == BGW_MODE_DEPTH && stream.depth_level != 0 && have.depth_level != stream.depth_level) continue;
    leave(c, id);
    outcome.code = Code::ok;
  }
  return outcome;
}

std::size_t Router::unsubscribe_all(SessionId session) {
  Client& c = client(session);
  const std::size_t count = c.held.size();
  while (!c.held.empty()) leave(c, c.held.begin()->first);
  return count;
}

void Router::for_each_held(SessionId session, const std::function<void(const HeldStream&)>& visit) const {
  for (const auto& [id, place] : client(session).held) {
    const TopicInfo& info = topics_[id]->info;
    visit({info.symbol, info.exchange, info.stream, info.actual_depth});
  }
}

void Router::flush_demand() {
  for (const auto& table : brokers_)
    if (table->available()) table->flush_demand([this](const Route& r) { return wanted(r); });
}

}  // namespace gw::routing
