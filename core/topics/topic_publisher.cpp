#include "core/topics/topic_publisher.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace gw::topics {
namespace {

using upstream::Interest;
using upstream::kIndexedStreams;
using upstream::kModeOfIndex;
using upstream::LastValue;
using upstream::Route;

// The modes that a packet fills. Once a last price is known, a packet without one says nothing to mode 1.
std::uint32_t filled_modes(const bgw_tick& tick, bool is_priced) {
  const bool has_news = (tick.present & BGW_HAS_LTP) != 0 || !is_priced;
  return has_news ? tick.modes : tick.modes & ~std::uint32_t{BGW_MODE_LTP};
}

// Sets the quote values that a depth update shows: the last known ones; the update's own where there are none.
void set_quote(const LastValue& last, TopicUpdate& update) {
  const std::size_t kind = last.find(BGW_MODE_QUOTE);
  const bool is_known = kind != LastValue::kKinds;
  update.quote = is_known ? &last.packet(kind).tick : update.tick;
  update.quote_rare = is_known ? last.packet(kind).rare_or_null() : update.rare;
}

std::span<const bgw_level> first_levels(std::span<const bgw_level> levels, std::size_t count) {
  return levels.first(std::min(count, levels.size()));
}

}  // namespace

void TopicPublisher::on_update(upstream::Broker& broker, Route& route, const bus::UpdateView& v) {
  if (route.last_value == nullptr) route.last_value = std::make_unique<LastValue>();
  LastValue& last = *route.last_value;
  // A book that was under way when more levels were asked for does not count: it has too few of them.
  const bool book_counts = v.header->asked_depth >= route.demanded_depth;
  last.use_units(v.header->exponents);
  std::uint32_t modes = filled_modes(*v.tick, last.has_ltp());
  if (!book_counts) modes &= ~std::uint32_t{BGW_MODE_DEPTH};
  if (modes != 0) last.store(v, modes, broker.next_order());
  if (const std::int64_t hidden = last.count_hidden(v); hidden != 0) {
    ++counts_.hidden_trades;
    counts_.hidden_quantity += static_cast<std::uint64_t>(hidden);
  }
  TopicUpdate update{};
  update.exponents = v.header->exponents;
  update.tick = v.tick;
  update.rare = v.rare;
  update.values = v.values;
  update.has_ltp = last.has_ltp();
  update.ltp = last.ltp();
  update.received_ns = v.header->received_ns;
  // An update is never published before it was received, even if the clock is set back meanwhile.
  update.published_ns = std::max(turn_wall_ns_, update.received_ns);
  // A packet with a quote of its own says all of it; what earlier ones said belongs to snapshots.
  update.quote = v.tick;
  update.quote_rare = v.rare;
  if ((v.tick->modes & BGW_MODE_QUOTE) == 0) set_quote(last, update);
  // A packet with one side of the book is published with the other side as it is known.
  const bool is_whole = v.header->book_flags == 0;
  const bool has_book = is_whole || (book_counts && last.has_book());
  if (has_book) {
    update.bids = is_whole ? v.bids : last.bids();
    update.asks = is_whole ? v.asks : last.asks();
  }
  for (const InterestId id : route.served) publish_interest(parts_.interests[id], last, v, update, has_book);
  if (!update.has_ltp || last.was_priced()) return;
  // What came before the first price goes out now, with it.
  last.set_priced();
  for (const InterestId id : route.served)
    parts_.interests[id].for_each_topic([this](TopicId topic) {
      if (parts_.topics[topic].priceless) publish_known(topic);
    });
}

void TopicPublisher::publish_interest(const Interest& interest, const LastValue& last, const bus::UpdateView& v,
                                      const TopicUpdate& whole, bool has_book) {
  TopicUpdate update = whole;
  const auto publish_one = [&](TopicId id, bool depth) {
    Topic& topic = parts_.topics[id];
    const auto levels = static_cast<std::size_t>(topic.info.actual_depth);
    if (depth && (v.header->asked_depth < levels || !has_book)) return;
    update.bids = depth ? first_levels(whole.bids, levels) : std::span<const bgw_level>{};
    update.asks = depth ? first_levels(whole.asks, levels) : std::span<const bgw_level>{};
    update.has_orders = (v.header->book_present & BGW_HAS_ORDERS) != 0;
    update.exchange_time_ns = upstream::exchange_time_of(*v.tick, depth ? last.book_time_ns() : 0);
    if (!is_older(topic, v.header->login, update)) publish(id, update);
  };
  const std::uint32_t modes = filled_modes(*v.tick, update.has_ltp);
  // The packet confirms mode 1, though it has no new last price.
  if (const TopicId ltp = interest.topics[0]; modes != v.tick->modes && ltp != kNoTopic) parts_.topics.confirm(ltp);
  for (std::size_t index = 0; index < kIndexedStreams; ++index)
    if (interest.topics[index] != kNoTopic && (modes & kModeOfIndex[index]) != 0)
      publish_one(interest.topics[index], kModeOfIndex[index] == BGW_MODE_DEPTH);
  if ((v.tick->modes & BGW_MODE_DEPTH) != 0)
    for (const Interest::OtherLevel& other : interest.other_levels) publish_one(other.topic, true);
}

// Within one login of one broker every update passes, in the order of arrival. From another login, an update that is
// older than what was published is refused, at the coarser of both resolutions.
bool TopicPublisher::is_older(Topic& topic, std::uint32_t login, const TopicUpdate& update) {
  const std::uint64_t of = std::uint64_t{topic.broker} << 32 | login;
  const upstream::BrokerSetup& broker = parts_.brokers[topic.broker].setup();
  const std::int64_t resolution = broker.limits.time_resolution_ns;
  // The clocks of brokers and of this machine differ by less than ticks may be late.
  const std::int64_t max_ahead = broker.lag_limit_ns + resolution;
  const std::int64_t time = update.exchange_time_ns;
  // An update that is stamped ahead says nothing of the order: it passes, and the next one of its login is checked
  // again.
  if (of != topic.login && time > update.received_ns + max_ahead) return false;
  if (of != topic.login && time != 0 && topic.time_ns != 0) {
    const std::int64_t coarser = std::max(resolution, topic.resolution_ns);
    if (time / coarser < topic.time_ns / coarser) {
      ++counts_.older;
      return true;
    }
  }
  topic.login = of;
  if (time != 0) {
    // A time that is ahead of its packet's arrival is no reason to refuse what is sent later.
    topic.time_ns = std::min(time, update.received_ns);
    topic.resolution_ns = resolution;
  }
  return false;
}

void TopicPublisher::publish(TopicId id, TopicUpdate& update) {
  Topic& topic = parts_.topics[id];
  parts_.topics.confirm(id);
  ++counts_.published;
  update.seq = ++topic.seq;
  if (topic.priceless == update.has_ltp) {
    topic.priceless = !update.has_ltp;
    parts_.topics.tell_extras(id);
  }
  if (!update.has_ltp) return publish_without_price(id, update);
  publish_variant(id, Variant::plain, update);
  publish_variant(id, Variant::extras, update);
  deliver(id, Lane::sampled, {});
}

// For sessions with extras only: the others get nothing of the topic before a first price is known.
void TopicPublisher::publish_without_price(TopicId id, const TopicUpdate& update) {
  Topic& topic = parts_.topics[id];
  ++topic.withheld;
  if ((topic.published && publisher_ != nullptr) || topic.holders != topic.extras_holders) ++counts_.withheld;
  publish_variant(id, Variant::extras, update);
  for (std::size_t shard = 0; shard < topic.audience.size(); ++shard) {
    std::vector<SessionId> sampled;
    for (const SessionId session : topic.audience[shard].of(Lane::sampled))
      if (takes_extras_(session)) sampled.push_back(session);
    if (!sampled.empty()) parts_.topics.shard(shard).deliver(id, Lane::sampled, {}, sampled);
  }
}

// Makes the frame once, and its compressed form once, each if anybody wants it.
void TopicPublisher::publish_variant(TopicId id, Variant variant, const TopicUpdate& update) {
  Topic& topic = parts_.topics[id];
  const Lane lane = lane_of(variant, false);
  const Lane deflated_lane = lane_of(variant, true);
  const std::uint8_t used = topic.used_lanes();
  const bool plain = variant == Variant::plain;
  const bool logged = !plain && (topic.extras_holders != 0 || topic.kept_until_ns != 0);
  const bool tapped = plain && publisher_ != nullptr && topic.published;
  const bool wants_deflated = (used & Audience::bit(deflated_lane)) != 0;
  if (!logged && !tapped && !wants_deflated && (used & Audience::bit(lane)) == 0) return;
  FrameBuffer& buffer = frames_[static_cast<std::size_t>(variant)];
  parts_.encoder.encode(topic.info, update, variant, buffer);
  deliver(id, lane, buffer.frame());
  if (wants_deflated)
    deliver(id, deflated_lane, parts_.encoder.deflate(buffer, deflated_) ? deflated_.frame() : buffer.frame());
  if (logged) parts_.log.append(topic.logged, topic.seq, buffer.frame());
  if (tapped) publisher_->publish(topic.name, buffer.payload());
}

void TopicPublisher::deliver(TopicId id, Lane lane, std::string_view frame) {
  const Topic& topic = parts_.topics[id];
  const std::vector<Audience>& audience = topic.audience;
  std::size_t delivered = 0;
  for (std::size_t shard = 0; shard < audience.size(); ++shard) {
    if ((audience[shard].used & Audience::bit(lane)) == 0) continue;
    const std::vector<SessionId>& sessions = audience[shard].of(lane);
    if (lane != Lane::sampled) delivered += sessions.size();
    parts_.topics.shard(shard).deliver(id, lane, frame, sessions);
  }
  counts_.delivered += delivered;
  counts_.delivered_by_mode[static_cast<std::size_t>(topic.info.stream.mode) >> 1] += delivered;
}

// ---- from last values

void TopicPublisher::publish_known(const Interest& interest) {
  for (const TopicId id : interest.all_topics()) publish_known(id);
}

void TopicPublisher::publish_known(TopicId id) {
  Topic& topic = parts_.topics[id];
  TopicUpdate update{};
  std::uint32_t login = 0;
  if (!topic.granted || !fill(topic, update, login) || update.suspect) return;
  if (!is_older(topic, login, update)) publish(id, update);
}

bool TopicPublisher::fill(const Topic& topic, TopicUpdate& update, std::uint32_t& login) const {
  const upstream::Source& source = parts_.interests[topic.interest].source;
  const upstream::Broker& broker = parts_.brokers[source.broker];
  const Route* route = broker.routes().at(source.handle);
  if (route == nullptr || route->last_value == nullptr) return false;
  const LastValue& last = *route->last_value;
  const std::size_t kind = last.find(static_cast<std::uint32_t>(topic.info.stream.mode));
  if (kind == LastValue::kKinds) return false;
  const LastValue::Packet& packet = last.packet(kind);
  const bool depth = topic.info.stream.mode == BGW_MODE_DEPTH;
  const auto levels = static_cast<std::size_t>(topic.info.actual_depth);
  // A book of fewer levels than the topic has does not count: the broker is only about to be asked for more.
  if (depth && route->demanded_depth < levels) return false;
  update.exponents = last.exponents();
  update.tick = &packet.tick;
  update.rare = packet.rare_or_null();
  update.values = last.values(packet.login);
  if (depth) {
    update.bids = first_levels(last.bids(), levels);
    update.asks = first_levels(last.asks(), levels);
    update.has_orders = last.book_has_orders();
  }
  set_quote(last, update);
  update.has_ltp = last.has_ltp();
  update.ltp = (packet.tick.present & BGW_HAS_LTP) != 0 ? packet.tick.ltp : last.ltp();
  update.exchange_time_ns = upstream::exchange_time_of(packet.tick, depth ? last.book_time_ns() : 0);
  update.received_ns = packet.received_ns;
  update.published_ns = wall_();
  update.suspect = last.order(kind) <= broker.suspect_order(*route) ||
                   last.is_suspect(static_cast<std::uint32_t>(topic.info.stream.mode));
  login = packet.login;
  return true;
}

std::string_view TopicPublisher::snapshot(TopicId id, Variant variant) {
  const Topic& topic = parts_.topics[id];
  TopicUpdate update{};
  std::uint32_t login = 0;
  return fill(topic, update, login) ? encode(topic, variant, update, true) : std::string_view{};
}

void TopicPublisher::publish_last_value(TopicId id) {
  if (publisher_ == nullptr || snapshot(id, Variant::plain).empty()) return;
  publisher_->publish(parts_.topics[id].name, frames_[static_cast<std::size_t>(Variant::plain)].payload());
}

std::string_view TopicPublisher::last_published(TopicId id, Variant variant) {
  const Topic& topic = parts_.topics[id];
  if (variant == Variant::extras && parts_.log.has(topic.logged.last)) {
    const ReplayLog::Entry last = parts_.log.at(topic.logged.last);
    if (last.seq == topic.seq) return last.frame;
  }
  if (const std::string_view known = cache_.find(id, variant, topic.seq); !known.empty()) return known;
  TopicUpdate update{};
  std::uint32_t login = 0;
  if (!fill(topic, update, login)) return {};
  // What was published is not suspect: it was true when it came.
  update.suspect = false;
  const std::string_view frame = encode(topic, variant, update, false);
  return frame.empty() ? frame : cache_.keep(id, variant, topic.seq, frame);
}

std::string_view TopicPublisher::encode(const Topic& topic, Variant variant, TopicUpdate& update, bool as_snapshot) {
  if ((update.suspect || !update.has_ltp) && variant == Variant::plain) return {};
  update.seq = topic.seq;
  update.snapshot = as_snapshot;
  update.age_ms = std::max<std::int64_t>(0, (update.published_ns - update.received_ns) / 1'000'000);
  FrameBuffer& buffer = frames_[static_cast<std::size_t>(variant)];
  parts_.encoder.encode(topic.info, update, variant, buffer);
  return buffer.frame();
}

}  // namespace gw::topics
