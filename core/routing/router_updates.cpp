// Tick path, stop 5 of 6. Previous: core/bus/update_queue.cpp. Next: core/proxy/client_session.cpp.
#include <algorithm>
#include <cstring>

#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

constexpr std::uint32_t kModeOfSlot[kStreams] = {BGW_MODE_LTP,   BGW_MODE_QUOTE, BGW_MODE_DEPTH,
                                                 BGW_MODE_DEPTH, BGW_MODE_DEPTH, BGW_MODE_DEPTH};

// Clocks that are kept differ by less.
constexpr std::int64_t kMostAhead = 10'000'000'000;

std::size_t memory_slot(std::uint32_t modes) {
  if ((modes & BGW_MODE_DEPTH) != 0) return 2;
  return (modes & BGW_MODE_QUOTE) != 0 ? 1 : 0;
}

// The newest slot that filled `mode`; kSlots: none.
std::size_t newest_slot(const Memory& m, std::uint32_t mode) {
  std::size_t best = Memory::kSlots;
  for (std::size_t i = 0; i < Memory::kSlots; ++i)
    if ((m.modes[i] & mode) != 0 && (best == Memory::kSlots || m.orders[i] > m.orders[best])) best = i;
  return best;
}

// The streams that a packet fills. Once a last price is known, a packet without one says nothing to mode 1.
std::uint32_t filled_modes(const bgw_tick& tick, bool is_priced) {
  const bool has_news = (tick.present & BGW_HAS_LTP) != 0 || !is_priced;
  return has_news ? tick.modes : tick.modes & ~std::uint32_t{BGW_MODE_LTP};
}

// Whose quote values a depth update shows: the newest known; the update's own where there are none.
void set_quote(const Memory& m, TopicUpdate& update) {
  const std::size_t slot = newest_slot(m, BGW_MODE_QUOTE);
  update.quote = slot == Memory::kSlots ? update.tick : &m.slots[slot].tick;
  update.quote_rare = slot == Memory::kSlots ? update.rare : m.slots[slot].has_rare ? &m.slots[slot].rare : nullptr;
}

std::int64_t time_of(const bgw_tick& tick, std::int64_t book_time_ns) {
  if ((tick.present & BGW_HAS_EXCHANGE_TIME) != 0) return tick.exchange_time_ns;
  return book_time_ns;
}

// `modes` are those that count of the packet's.
void remember(Memory& m, const bus::UpdateView& v, std::uint32_t modes, std::uint64_t order) {
  const std::size_t place = memory_slot(modes);
  m.orders[place] = order;
  m.modes[place] = modes;
  Memory::Slot& slot = m.slots[place];
  slot.tick = *v.tick;
  slot.has_rare = v.rare != nullptr;
  if (slot.has_rare) slot.rare = *v.rare;
  slot.received_ns = v.header->received_ns;
  slot.session = v.header->login;
  if ((modes & BGW_MODE_DEPTH) != 0) {
    m.bids.assign(v.bids.begin(), v.bids.end());
    m.asks.assign(v.asks.begin(), v.asks.end());
    m.book_has_orders = (v.header->book_present & BGW_HAS_ORDERS) != 0;
    m.book_time_ns = (v.header->book_present & BGW_HAS_EXCHANGE_TIME) != 0 ? v.header->book_time_ns : 0;
  }
  if ((v.tick->present & BGW_HAS_LTP) != 0) {
    m.ltp = v.tick->ltp;
    m.ltp_order = order;
  }
}

}  // namespace

bool Router::drain(std::size_t budget) {
  bool more = false;
  turn_wall_ns_ = clocks_.wall();
  turn_ns_ = clocks_.monotonic();
  for (std::size_t i = 0; i < brokers_.size(); ++i) {
    bus::Channel* channel = brokers_[i]->setup().channel;
    if (channel == nullptr) continue;
    std::size_t left = budget;
    std::array<std::span<const std::byte>, kAhead> records;
    while (left != 0) {
      const std::size_t count = channel->updates().peek(std::span(records).first(std::min(left, kAhead)));
      if (count == 0) break;
      look_ahead(*brokers_[i], std::span(records).first(count));
      for (std::size_t r = 0; r < count; ++r) {
        take_record(static_cast<BrokerId>(i), records[r]);
        channel->updates().release();
      }
      left -= count;
    }
    more = more || left == 0;
    if (channel->updates().take_wish_for_room()) channel->adapter_bell().ring();
    // The adapter made room for demand that had to wait.
    if (channel->demand().empty()) brokers_[i]->flush_demand(turn_ns_);
  }
  if (review_due_) review();
  return more;
}

void Router::take_record(BrokerId id, std::span<const std::byte> record) {
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
    case bus::RecordKind::released:
      brokers_[id]->released(reinterpret_cast<const bus::HandleRecord*>(record.data())->instrument);
      return;
  }
}

void Router::on_link(BrokerId id, const bus::LinkRecord& record) {
  BrokerTable& table = *brokers_[id];
  const bool was_connected = table.state() == bus::LinkState::connected;
  table.set_state(record.state, record.message, record.by_choice != 0, clocks_.monotonic());
  if (was_connected && record.state != bus::LinkState::connected) forget_active(id);
  if (!was_connected && record.state == bus::LinkState::connected) forget_refusals(id);
  port_.broker_changed(id);
  review_due_ = settle_due_ = true;
}

void Router::on_feed(BrokerId id, const bus::FeedRecord& record) {
  const Feed before = brokers_[id]->feeds().worst();
  brokers_[id]->set_feed(record, clocks_.monotonic());
  const Feed now = brokers_[id]->feeds().worst();
  if (now.state != before.state || now.exchanges != before.exchanges) port_.feed_changed(id);
  if (record.state == bus::FeedState::stale) say_what_waits(id, record.exchange);
  review_due_ = true;
}

void Router::on_answer(BrokerId id, const bus::HandleRecord& record) {
  Route* r = brokers_[id]->route(record.instrument);
  // While the adapter has not confirmed the last end, its answers are of what was asked before that.
  if (r == nullptr || r->releases_due != 0) return;
  if (record.kind == bus::RecordKind::confirm) {
    for (const InterestId interest : r->served)
      interests_[interest]->for_each_topic([&](TopicId topic) {
        if (topics_[topic]->placed && static_cast<std::uint32_t>(topics_[topic]->info.stream.mode) <= record.mode)
          set_state(topic, SubscriptionState::active);
      });
    return;
  }
  // Only who needs this stream has less, or nothing; the others go on with what the adapter has kept.
  std::erase_if(r->refused,
                [&](const Refusal& known) { return known.mode == record.mode && known.depth == record.depth_level; });
  r->refused.push_back({record.mode, record.depth_level, record.message, clocks_.monotonic()});
  place_holders(*r);
}

void Router::on_quiet(BrokerId id, std::uint32_t handle) {
  const Route* r = brokers_[id]->route(handle);
  if (r == nullptr) return;
  for (const InterestId interest : r->served)
    interests_[interest]->for_each_topic([this](TopicId topic) {
      Topic& t = *topics_[topic];
      if (t.state == SubscriptionState::pending && !std::exchange(t.quiet, true)) tell_extras(topic);
    });
}

void Router::on_update(BrokerId id, const bus::UpdateView& v) {
  ++counts_.updates;
  BrokerTable& table = *brokers_[id];
  Route* r = table.route(v.tick->instrument);
  if (r == nullptr || (r->served.empty() && r->standing_by.empty())) {
    ++counts_.unwanted;
    return;
  }
  if (v.header->is_live != 0) {
    MarketFeed& feed = table.feeds()[r->market];
    feed.on_live(turn_ns_);
    if (!r->standing_by.empty()) hear_witness(id, *r, v);
    if (has_standby_ && !r->served.empty()) note_lag(*r, v, feed);
    review_due_ = review_due_ || seeks_relief_;
  } else if (has_standby_) {
    table.feeds()[r->market].witness.on_values(v.tick->instrument);
  }
  // What comes is not refused, whatever was said.
  if (!r->refused.empty())
    table.disprove_refusals(v.tick->instrument, v.tick->modes, std::max(v.bids.size(), v.asks.size()));
  if (r->memory == nullptr) r->memory = std::make_unique<Memory>();
  Memory& m = *r->memory;
  // A book that was under way when more levels were asked for is none of those that are wanted now.
  const bool book_counts = v.header->asked_depth >= r->demanded_depth;
  std::uint32_t modes = filled_modes(*v.tick, m.ltp_order != 0);
  if (!book_counts) modes &= ~std::uint32_t{BGW_MODE_DEPTH};
  if (modes != 0) remember(m, v, modes, ++table.update_order);
  note_volume(m, v);
  TopicUpdate update{};
  update.tick = v.tick;
  update.rare = v.rare;
  update.has_ltp = m.ltp_order != 0;
  update.ltp = m.ltp;
  update.received_ns = v.header->received_ns;
  // A clock that is set back meanwhile does not turn the order of the two.
  update.published_ns = std::max(turn_wall_ns_, update.received_ns);
  set_quote(m, update);
  for (const InterestId interest : r->served) publish_interest(*interests_[interest], m, v, update);
  if (!update.has_ltp || m.was_priced) return;
  m.was_priced = true;
  for (const InterestId interest : r->served) publish_withheld(*interests_[interest]);
}

// What came before the first price, now with it.
void Router::publish_withheld(const Interest& interest) {
  interest.for_each_topic([this](TopicId id) {
    if (topics_[id]->priceless) publish_known(id);
  });
}

// Whether the broker showed every trade: within one login the volume must not grow by more than the last quantity.
void Router::note_volume(Memory& m, const bus::UpdateView& v) {
  constexpr std::uint64_t kBoth = BGW_HAS_VOLUME | BGW_HAS_LAST_QUANTITY;
  if ((v.tick->present & kBoth) != kBoth) {
    if ((v.tick->modes & BGW_MODE_LTP) != 0) m.volume = -1;  // a trade that was shown, and its quantity not
    return;
  }
  if (m.volume >= 0 && m.volume_session == v.header->login) {
    const std::int64_t hidden = v.tick->volume - m.volume - v.tick->last_quantity;
    if (hidden > 0) {
      ++counts_.hidden_trades;
      counts_.hidden_quantity += static_cast<std::uint64_t>(hidden);
    }
  }
  m.volume = v.tick->volume;
  m.volume_session = v.header->login;
}

void Router::publish_interest(const Interest& interest, const Memory& m, const bus::UpdateView& v,
                              TopicUpdate& update) {
  const auto publish_one = [&](TopicId id, bool depth) {
    Topic& topic = *topics_[id];
    const auto levels = static_cast<std::size_t>(topic.info.actual_depth);
    if (depth && v.header->asked_depth < levels) return;
    update.bids = depth ? v.bids.first(std::min(levels, v.bids.size())) : std::span<const bgw_level>{};
    update.asks = depth ? v.asks.first(std::min(levels, v.asks.size())) : std::span<const bgw_level>{};
    update.has_orders = (v.header->book_present & BGW_HAS_ORDERS) != 0;
    update.exchange_time_ns = time_of(*v.tick, depth ? m.book_time_ns : 0);
    if (!is_older(topic, v.header->login, update)) publish(id, update);
  };
  const std::uint32_t modes = filled_modes(*v.tick, update.has_ltp);
  // Mode 1 is alive, though there is nothing new to say.
  if (const TopicId ltp = interest.topics[0];
      modes != v.tick->modes && ltp != kNoTopic && topics_[ltp]->state != SubscriptionState::active)
    set_state(ltp, SubscriptionState::active);
  for (std::size_t slot = 0; slot < kStreams; ++slot)
    if (interest.topics[slot] != kNoTopic && (modes & kModeOfSlot[slot]) != 0)
      publish_one(interest.topics[slot], kModeOfSlot[slot] == BGW_MODE_DEPTH);
  if ((v.tick->modes & BGW_MODE_DEPTH) != 0)
    for (const TopicId id : interest.other_levels) publish_one(id, true);
}

// Within one login of one broker everything passes, in the order of arrival. From another, what is older than what was
// published is refused, at the coarser of both resolutions.
bool Router::is_older(Topic& topic, std::uint32_t login, const TopicUpdate& update) {
  const std::uint64_t session = std::uint64_t{topic.broker} << 32 | login;
  const std::int64_t resolution = brokers_[topic.broker]->setup().limits.time_resolution_ns;
  const std::int64_t time = update.exchange_time_ns;
  // One that is stamped ahead says nothing of the order: it passes, and its login has to show another time yet.
  if (session != topic.session && time > update.received_ns + kMostAhead) return false;
  if (session != topic.session && time != 0 && topic.time_ns != 0) {
    const std::int64_t coarser = std::max(resolution, topic.resolution_ns);
    if (time / coarser < topic.time_ns / coarser) {
      ++counts_.older;
      return true;
    }
  }
  topic.session = session;
  if (time != 0) {
    // A time that is ahead of its packet's arrival is no reason to refuse what is sent later.
    topic.time_ns = std::min(time, update.received_ns);
    topic.resolution_ns = resolution;
  }
  return false;
}

void Router::publish(TopicId id, TopicUpdate& update) {
  Topic& topic = *topics_[id];
  if (topic.state != SubscriptionState::active) set_state(id, SubscriptionState::active);
  ++counts_.published;
  update.seq = ++topic.seq;
  if (topic.priceless == update.has_ltp) {
    topic.priceless = !update.has_ltp;
    tell_extras(id);
  }
  if (!update.has_ltp) return publish_without_price(id, update);
  publish_variant(id, Variant::plain, update);
  publish_variant(id, Variant::extras, update);
  for (const Audience& audience : topic.audience)
    if (const auto& thinned = audience.lanes[static_cast<std::size_t>(Lane::thinned)]; !thinned.empty())
      port_.deliver(id, Lane::thinned, {}, thinned);
}

// For sessions with extras. Others get nothing of it before a first price is known.
void Router::publish_without_price(TopicId id, const TopicUpdate& update) {
  Topic& topic = *topics_[id];
  ++topic.withheld;
  if (topic.published || topic.holders != topic.extras_holders) ++counts_.withheld;
  publish_variant(id, Variant::extras, update);
  for (const Audience& audience : topic.audience) {
    std::vector<SessionId> thinned;
    for (const SessionId session : audience.lanes[static_cast<std::size_t>(Lane::thinned)])
      if (client(session).variant == Variant::extras) thinned.push_back(session);
    if (!thinned.empty()) port_.deliver(id, Lane::thinned, {}, thinned);
  }
}

// Makes the frame once, and its compressed form once, each if anybody wants it.
void Router::publish_variant(TopicId id, Variant variant, const TopicUpdate& update) {
  Topic& topic = *topics_[id];
  const Lane lane = lane_of(variant, false);
  const Lane deflated_lane = lane_of(variant, true);
  const auto has_audience = [&](Lane l) {
    return std::any_of(topic.audience.begin(), topic.audience.end(),
                       [l](const Audience& a) { return !a.lanes[static_cast<std::size_t>(l)].empty(); });
  };
  const bool plain = variant == Variant::plain;
  const bool logged = !plain && (topic.extras_holders != 0 || topic.kept_until_ns != 0);
  const bool tap = plain && publisher_ != nullptr && topic.published;
  const bool wants_deflated = has_audience(deflated_lane);
  if (!logged && !tap && !wants_deflated && !has_audience(lane)) return;
  FrameBuffer& buffer = frames_[static_cast<std::size_t>(variant)];
  encoder_.encode(topic.info, update, variant, buffer);
  deliver(id, lane, buffer.frame());
  if (wants_deflated)
    deliver(id, deflated_lane, encoder_.deflate(buffer, deflated_) ? deflated_.frame() : buffer.frame());
  if (logged) log_.append(topic.logged, topic.seq, buffer.frame());
  if (tap) publisher_->publish(topic.name, buffer.payload());
}

void Router::deliver(TopicId id, Lane lane, std::string_view frame) {
  for (const Audience& audience : topics_[id]->audience) {
    const std::vector<SessionId>& sessions = audience.lanes[static_cast<std::size_t>(lane)];
    if (sessions.empty()) continue;
    counts_.delivered += sessions.size();
    port_.deliver(id, lane, frame, sessions);
  }
}

// What the broker that serves knows already, as an update like any other.
void Router::publish_known(TopicId id) {
  Topic& topic = *topics_[id];
  TopicUpdate update{};
  std::uint32_t login = 0;
  if (!topic.placed || !fill_from_memory(topic, update, login) || update.suspect) return;
  if (!is_older(topic, login, update)) publish(id, update);
}

bool Router::fill_from_memory(const Topic& topic, TopicUpdate& update, std::uint32_t& login) const {
  const Leg& leg = interests_[topic.interest]->served;
  const BrokerTable& table = *brokers_[leg.broker];
  const Route* r = table.route(leg.handle);
  if (r == nullptr || r->memory == nullptr) return false;
  const Memory& m = *r->memory;
  const std::size_t place = newest_slot(m, static_cast<std::uint32_t>(topic.info.stream.mode));
  if (place == Memory::kSlots) return false;
  const Memory::Slot& slot = m.slots[place];
  const bool depth = topic.info.stream.mode == BGW_MODE_DEPTH;
  const auto levels = static_cast<std::size_t>(topic.info.actual_depth);
  // A book of fewer levels than this topic may have is no book for it: the broker was asked for more only now.
  if (depth && r->demanded_depth < levels) return false;
  update.tick = &slot.tick;
  update.rare = slot.has_rare ? &slot.rare : nullptr;
  if (depth) {
    update.bids = std::span(m.bids).first(std::min(levels, m.bids.size()));
    update.asks = std::span(m.asks).first(std::min(levels, m.asks.size()));
    update.has_orders = m.book_has_orders;
  }
  set_quote(m, update);
  update.has_ltp = m.ltp_order != 0;
  update.ltp = (slot.tick.present & BGW_HAS_LTP) != 0 ? slot.tick.ltp : m.ltp;
  update.exchange_time_ns = time_of(slot.tick, depth ? m.book_time_ns : 0);
  update.received_ns = slot.received_ns;
  update.published_ns = clocks_.wall();
  update.suspect = m.orders[place] <= table.suspect_order(*r);
  login = slot.session;
  return true;
}

std::string_view Router::newest(SessionId session, TopicId id) { return from_memory(session, id, true); }

std::string_view Router::latest(SessionId session, TopicId id) { return from_memory(session, id, false); }

std::string_view Router::from_memory(SessionId session, TopicId id, bool as_snapshot) {
  const Client& c = client(session);
  if (!c.held.contains(id)) return {};
  const Topic& topic = *topics_[id];
  if (!as_snapshot && c.variant == Variant::extras && log_.has(topic.logged.newest)) {
    const FrameLog::Entry newest = log_.at(topic.logged.newest);
    if (newest.seq == topic.seq) return newest.frame;
  }
  TopicUpdate update{};
  std::uint32_t login = 0;
  if (!fill_from_memory(topic, update, login)) return {};
  // What was published is no guess: it was true when it came.
  update.suspect = update.suspect && as_snapshot;
  if ((update.suspect || !update.has_ltp) && c.variant == Variant::plain) return {};
  update.seq = topic.seq;
  update.snapshot = as_snapshot;
  update.age_ms = std::max<std::int64_t>(0, (update.published_ns - update.received_ns) / 1'000'000);
  FrameBuffer& buffer = frames_[static_cast<std::size_t>(c.variant)];
  encoder_.encode(topic.info, update, c.variant, buffer);
  return buffer.frame();
}

}  // namespace gw::routing
