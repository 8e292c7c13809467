// Tick path, stop 5 of 6. Previous: core/bus/update_queue.cpp. Next: core/proxy/client_session.cpp.
#include <algorithm>
#include <cstring>

#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

constexpr std::uint32_t kModeOfSlot[kStreams] = {BGW_MODE_LTP,   BGW_MODE_QUOTE, BGW_MODE_DEPTH,
                                                 BGW_MODE_DEPTH, BGW_MODE_DEPTH, BGW_MODE_DEPTH};

std::size_t memory_slot(std::uint32_t modes) {
  if ((modes & BGW_MODE_DEPTH) != 0) return 2;
  return (modes & BGW_MODE_QUOTE) != 0 ? 1 : 0;
}

// The newest slot that filled `mode`; null: none.
const Memory::Slot* newest_slot(const Memory& m, std::uint32_t mode) {
  const Memory::Slot* best = nullptr;
  for (const Memory::Slot& slot : m.slots)
    if (slot.order != 0 && (slot.tick.modes & mode) != 0 && (best == nullptr || slot.order > best->order)) best = &slot;
  return best;
}

std::int64_t time_of(const bgw_tick& tick, std::int64_t book_time_ns) {
  if ((tick.present & BGW_HAS_EXCHANGE_TIME) != 0) return tick.exchange_time_ns;
  return book_time_ns;
}

// `modes` are those that count of the packet's.
void remember(Memory& m, const bus::UpdateView& v, std::uint32_t modes, std::uint64_t order) {
  Memory::Slot& slot = m.slots[memory_slot(modes)];
  slot.tick = *v.tick;
  slot.tick.modes = modes;
  slot.has_rare = v.rare != nullptr;
  if (slot.has_rare) slot.rare = *v.rare;
  slot.received_ns = v.header->received_ns;
  slot.order = order;
  if ((modes & BGW_MODE_DEPTH) != 0) {
    m.bids.assign(v.bids.begin(), v.bids.end());
    m.asks.assign(v.asks.begin(), v.asks.end());
    m.book_time_ns = (v.header->book_present & BGW_HAS_EXCHANGE_TIME) != 0 ? v.header->book_time_ns : 0;
  }
  if ((v.tick->present & BGW_HAS_LTP) != 0) {
    m.ltp = v.tick->ltp;
    m.has_ltp = true;
  }
}

}  // namespace

bool Router::drain(std::size_t budget) {
  bool more = false;
  for (std::size_t i = 0; i < brokers_.size(); ++i) {
    bus::Channel* channel = brokers_[i]->setup().channel;
    if (channel == nullptr) continue;
    std::size_t left = budget;
    while (left != 0) {
      const std::span<const std::byte> record = channel->updates().front();
      if (record.empty()) break;
      take_record(static_cast<BrokerId>(i), record);
      channel->updates().release();
      --left;
    }
    more = more || left == 0;
    if (channel->updates().take_wish_for_room()) channel->adapter_bell().ring();
    // The adapter made room for demand that had to wait.
    if (channel->demand().empty()) brokers_[i]->flush_demand([this](const Route& r) { return wanted(r); });
  }
  return more;
}

void Router::take_record(BrokerId id, std::span<const std::byte> record) {
  bus::RecordKind kind{};
  std::memcpy(&kind, record.data(), sizeof kind);
  switch (kind) {
    case bus::RecordKind::update:
      on_update(*brokers_[id], bus::view_update(record));
      return;
    case bus::RecordKind::link: {
      const auto& link = *reinterpret_cast<const bus::LinkRecord*>(record.data());
      brokers_[id]->set_state(link.state, link.message);
      port_.broker_changed(id);
      return;
    }
    case bus::RecordKind::refuse:
      on_refuse(id, *reinterpret_cast<const bus::HandleRecord*>(record.data()));
      return;
    case bus::RecordKind::released:
      brokers_[id]->released(reinterpret_cast<const bus::HandleRecord*>(record.data())->instrument);
      return;
    case bus::RecordKind::feed:
    case bus::RecordKind::confirm:
      return;  // first data says the same
  }
}

void Router::on_update(BrokerTable& table, const bus::UpdateView& v) {
  ++counts_.updates;
  Route* r = table.route(v.tick->instrument);
  if (r == nullptr || r->topic_count == 0) {
    ++counts_.unwanted;
    return;
  }
  if (r->memory == nullptr) r->memory = std::make_unique<Memory>();
  Memory& m = *r->memory;
  // A book that was under way when more levels were asked for is none of those that are wanted now.
  const bool book_counts = v.header->asked_depth >= r->demanded_depth;
  const std::uint32_t modes = book_counts ? v.tick->modes : v.tick->modes & ~std::uint32_t{BGW_MODE_DEPTH};
  if (modes != 0) remember(m, v, modes, ++table.update_order);
  TopicUpdate update{};
  update.tick = v.tick;
  update.rare = v.rare;
  update.ltp = m.ltp;
  update.received_ns = v.header->received_ns;
  update.published_ns = clock_();
  const Memory::Slot* quote = newest_slot(m, BGW_MODE_QUOTE);
  update.quote = quote == nullptr ? v.tick : &quote->tick;
  for (std::size_t slot = 0; slot < kStreams; ++slot) {
    if (r->topics[slot] == kNoTopic || (v.tick->modes & kModeOfSlot[slot]) == 0) continue;
    if (!m.has_ltp) continue;  // a depth stream waits for the first ltp
    Topic& topic = *topics_[r->topics[slot]];
    const bool depth = kModeOfSlot[slot] == BGW_MODE_DEPTH;
    const auto levels = static_cast<std::size_t>(topic.info.actual_depth);
    if (depth && v.header->asked_depth < levels) continue;
    update.bids = depth ? v.bids.first(std::min(levels, v.bids.size())) : std::span<const bgw_level>{};
    update.asks = depth ? v.asks.first(std::min(levels, v.asks.size())) : std::span<const bgw_level>{};
    update.exchange_time_ns = time_of(*v.tick, depth ? m.book_time_ns : 0);
    update.seq = ++topic.seq;
    publish(topic, update);
  }
}

void Router::publish(Topic& topic, const TopicUpdate& update) {
  ++counts_.published;
  const bool to_publisher = publisher_ != nullptr && topic.broker == published_broker_;
  for (std::size_t i = 0; i < kVariants; ++i) {
    const std::vector<SessionId>& sessions = topic.audience.sessions[i];
    const bool tap = to_publisher && i == static_cast<std::size_t>(Variant::plain);
    if (sessions.empty() && !tap) continue;
    encoder_.encode(topic.info, update, static_cast<Variant>(i), frames_[i]);
    counts_.delivered += sessions.size();
    if (!sessions.empty()) port_.deliver(frames_[i].frame(), sessions);
    if (tap) publisher_->publish(topic.name, frames_[i].payload());
  }
}

std::string_view Router::newest(SessionId session, TopicId id) {
  Client& c = client(session);
  if (!c.held.contains(id)) return {};
  Topic& topic = *topics_[id];
  BrokerTable& table = *brokers_[topic.broker];
  const Route& r = *table.route(topic.handle);
  if (r.memory == nullptr || table.state() != bus::LinkState::connected) return {};
  const Memory& m = *r.memory;
  const Memory::Slot* slot = newest_slot(m, static_cast<std::uint32_t>(topic.info.stream.mode));
  if (slot == nullptr || !m.has_ltp) return {};
  const bool depth = topic.info.stream.mode == BGW_MODE_DEPTH;
  const auto levels = static_cast<std::size_t>(topic.info.actual_depth);
  // A book of fewer levels than this topic may have is no book for it: the broker was asked for more only now.
  if (depth && r.demanded_depth < levels) return {};
  TopicUpdate update{};
  update.tick = &slot->tick;
  update.rare = slot->has_rare ? &slot->rare : nullptr;
  if (depth) {
    update.bids = std::span(m.bids).first(std::min(levels, m.bids.size()));
    update.asks = std::span(m.asks).first(std::min(levels, m.asks.size()));
  }
  const Memory::Slot* quote = newest_slot(m, BGW_MODE_QUOTE);
  update.quote = quote == nullptr ? &slot->tick : &quote->tick;
  update.ltp = (slot->tick.present & BGW_HAS_LTP) != 0 ? slot->tick.ltp : m.ltp;
  update.exchange_time_ns = time_of(slot->tick, depth ? m.book_time_ns : 0);
  update.seq = topic.seq;
  update.received_ns = slot->received_ns;
  update.published_ns = clock_();
  update.snapshot = true;
  update.age_ms = std::max<std::int64_t>(0, (update.published_ns - slot->received_ns) / 1'000'000);
  FrameBuffer& buffer = frames_[static_cast<std::size_t>(c.variant)];
  encoder_.encode(topic.info, update, c.variant, buffer);
  return buffer.frame();
}

void Router::on_refuse(BrokerId id, const bus::HandleRecord& record) {
  const Route* r = brokers_[id]->route(record.instrument);
  if (r == nullptr) return;
  for (const TopicId topic : r->topics) {
    if (topic == kNoTopic) continue;
    for (const auto& sessions : topics_[topic]->audience.sessions)
      for (const SessionId session : sessions) port_.refused(session, topics_[topic]->info, record.message);
  }
}

}  // namespace gw::routing
