#include "core/routing/record_intake.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/topics/fetch_ahead.hpp"

namespace gw::routing {

bool RecordIntake::drain(std::size_t budget, std::int64_t wall_ns, std::int64_t monotonic_ns) {
  bool more = false;
  now_ns_ = monotonic_ns;
  wall_ns_ = wall_ns;
  parts_.publisher.begin_turn(wall_ns);
  for (BrokerId id = 0; id < parts_.brokers.size(); ++id) {
    upstream::Broker& broker = parts_.brokers[id];
    if (bus::Channel* channel = broker.setup().channel) more = drain_one(id, *channel, budget) || more;
    if (broker.successor() != nullptr) more = broker.drain_successor(budget) || more;
  }
  if (parts_.failover.wants_review()) parts_.failover.review();
  return more;
}

void RecordIntake::drain_all_of(BrokerId id, std::int64_t wall_ns, std::int64_t monotonic_ns) {
  constexpr std::size_t kBudget = 4096;
  constexpr int kRounds = 64;  // of a link that goes on publishing meanwhile no more is taken than its ring holds
  now_ns_ = monotonic_ns;
  wall_ns_ = wall_ns;
  parts_.publisher.begin_turn(wall_ns);
  bus::Channel* channel = parts_.brokers[id].setup().channel;
  for (int i = 0; channel != nullptr && i < kRounds && drain_one(id, *channel, kBudget); ++i) {
  }
}

bool RecordIntake::drain_one(BrokerId id, bus::Channel& channel, std::size_t budget) {
  std::array<std::span<const std::byte>, topics::kMaxAheadRecords> records;
  std::size_t left = budget;
  channel.answer();
  while (left != 0) {
    const auto run =
        std::span(records).first(channel.peek(std::span(records).first(std::min(left, topics::kMaxAheadRecords))));
    if (run.empty()) break;
    topics::fetch_ahead(parts_.brokers[id], parts_.interests, parts_.topics, run);
    for (const std::span<const std::byte> record : run) take(id, record);
    channel.updates().release(run.size());
    left -= run.size();
  }
  if (channel.updates().take_request_for_room()) channel.adapter_bell().ring();
  // The adapter made room for demand that had to wait.
  if (channel.demand().empty()) parts_.brokers[id].flush_demand(now_ns_);
  return left == 0;
}

void RecordIntake::take(BrokerId id, std::span<const std::byte> record) {
  bus::RecordKind kind{};
  std::memcpy(&kind, record.data(), sizeof kind);
  switch (kind) {
    case bus::RecordKind::update:
      on_update(id, bus::view_update(record));
      return;
    case bus::RecordKind::link:
      on_link(id, *reinterpret_cast<const bus::LinkRecord*>(record.data()));
      return;
    case bus::RecordKind::feed:
      on_feed(id, *reinterpret_cast<const bus::FeedRecord*>(record.data()));
      return;
    case bus::RecordKind::refuse:
    case bus::RecordKind::confirm:
      on_answer(id, *reinterpret_cast<const bus::HandleRecord*>(record.data()));
      return;
    case bus::RecordKind::quiet:
      on_quiet(id, reinterpret_cast<const bus::HandleRecord*>(record.data())->instrument);
      return;
    case bus::RecordKind::suspect:
      on_suspect(id, *reinterpret_cast<const bus::HandleRecord*>(record.data()));
      return;
    case bus::RecordKind::released:
      parts_.brokers[id].demand().on_released(reinterpret_cast<const bus::HandleRecord*>(record.data())->instrument);
      return;
  }
}

namespace {

// One of BGW_MARKET_*; 0: nothing that is known here.
std::int32_t market_status_of(const bgw_value& value) {
  const bool is_known = value.exponent == 0 && value.value >= BGW_MARKET_PRE_OPEN && value.value <= BGW_MARKET_CLOSED;
  return is_known ? static_cast<std::int32_t>(value.value) : 0;
}

}  // namespace

void RecordIntake::on_update(BrokerId id, const bus::UpdateView& v) {
  ++updates_;
  until_routed_.note(wall_ns_ - v.header->received_ns);
  upstream::Broker& broker = parts_.brokers[id];
  upstream::Route* route = broker.routes().at(v.tick->instrument);
  if (route == nullptr || !route->is_held()) {
    ++unwanted_;
    return;
  }
  if (v.header->is_live != 0) {
    upstream::MarketFeed& feed = broker.feeds()[route->market];
    feed.on_live(route->demanded_connection, now_ns_);
    if (!route->standing_by.empty()) parts_.witness.hear(id, *route, v, now_ns_);
    if (parts_.failover.has_standby() && !route->served.empty()) parts_.witness.note_lag(*route, v, feed);
    parts_.failover.on_live_tick();
  } else if (parts_.failover.has_standby()) {
    broker.feeds()[route->market].on_connection(route->demanded_connection).witness.on_values(v.tick->instrument);
  }
  // The broker sends what it has refused: the refusal counts no more.
  if (!route->refused.empty())
    broker.demand().disprove_refusals(v.tick->instrument, broker.setup().capabilities, v.tick->modes,
                                      std::max(v.bids.size(), v.asks.size()));
  for (const bgw_value& value : v.values)
    if (value.kind == BGW_VALUE_MARKET_STATUS) broker.feeds()[route->market].said = market_status_of(value);
  parts_.publisher.on_update(broker, *route, v);
}

void RecordIntake::on_link(BrokerId id, const bus::LinkRecord& record) {
  upstream::Broker& broker = parts_.brokers[id];
  const bool was_connected = broker.state() == bus::LinkState::connected;
  broker.set_state(record.state, record.message, record.by_choice != 0, now_ns_);
  const bool is_connected = record.state == bus::LinkState::connected;
  if (was_connected && !is_connected) {
    parts_.topics.unconfirm_all_of(id);
    broker.feeds().forget_said();
  }
  if (!was_connected && is_connected) parts_.demand.forget_refusals(id);
  parts_.port.broker_changed(id);
  parts_.failover.on_link_changed();
}

void RecordIntake::on_feed(BrokerId id, const bus::FeedRecord& record) {
  upstream::Broker& broker = parts_.brokers[id];
  const upstream::Feed before = broker.feeds().worst();
  broker.set_feed(record, now_ns_);
  const upstream::Feed now = broker.feeds().worst();
  if (now.state != before.state || now.exchanges != before.exchanges) parts_.port.feed_changed(id);
  if (record.state == bus::FeedState::stale) parts_.reassigner.unconfirm_what_waits_for(id, record.exchange);
  parts_.failover.on_feed_changed();
}

void RecordIntake::on_answer(BrokerId id, const bus::HandleRecord& record) {
  const upstream::Route* route = parts_.brokers[id].routes().at(record.instrument);
  // Until the adapter has confirmed the last release, its answers are to what was asked before that.
  if (route == nullptr || route->releases_expected != 0) return;
  // Only interests that need this stream get less, or nothing; the others go on with what the adapter has kept.
  if (record.kind == bus::RecordKind::refuse) return parts_.demand.on_refused(id, record);
  for (const upstream::InterestId interest : route->served)
    parts_.interests[interest].for_each_stream([&](Stream stream, TopicId topic) {
      if (parts_.topics[topic].granted && static_cast<std::uint32_t>(stream.mode) <= record.mode)
        parts_.topics.set_active(topic);
    });
}

void RecordIntake::on_quiet(BrokerId id, std::uint32_t handle) {
  const upstream::Route* route = parts_.brokers[id].routes().at(handle);
  if (route == nullptr) return;
  for (const upstream::InterestId interest : route->served)
    parts_.interests[interest].for_each_topic([this](TopicId topic) { parts_.topics.note_quiet(topic); });
}

void RecordIntake::on_suspect(BrokerId id, const bus::HandleRecord& record) {
  const upstream::Route* route = parts_.brokers[id].routes().at(record.instrument);
  if (route == nullptr || route->releases_expected != 0) return;
  if (route->last_value != nullptr) route->last_value->mark_suspect(record.mode);
  for (const upstream::InterestId interest : route->served)
    parts_.interests[interest].for_each_stream([&](Stream stream, TopicId topic) {
      if ((static_cast<std::uint32_t>(stream.mode) & record.mode) != 0) parts_.topics.suspect(topic, record.message);
    });
}

}  // namespace gw::routing
