// Tick path, stop 4 of 6. Previous: core/plugin_host/adapter_instance.cpp. Next: core/routing/router_updates.cpp.
#include "core/bus/update_queue.hpp"

#include <algorithm>
#include <cstring>

#include "core/bus/doorbell.hpp"

namespace gw::bus {
namespace {

// Updates of one frame before the reader is woken for them: it may have a core of its own.
constexpr std::uint32_t kUnrung = 64;
// Of the key under which an update is kept aside: the kind of its packet.
constexpr std::uint64_t kKinds = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;

std::size_t record_size(const bgw_update& u) {
  const std::size_t levels = u.book == nullptr ? 0 : u.book->bid_count + u.book->ask_count;
  return sizeof(UpdateRecord) + sizeof(bgw_tick) + (u.rare == nullptr ? 0 : sizeof(bgw_tick_rare)) +
         levels * sizeof(bgw_level);
}

void write_record(std::byte* at, const bgw_update& u, std::int64_t received_ns, std::uint32_t asked_depth,
                  std::uint32_t session) {
  UpdateRecord header{};
  header.kind = RecordKind::update;
  header.has_rare = u.rare != nullptr;
  header.received_ns = received_ns;
  header.asked_depth = asked_depth;
  header.session = session;
  if (u.book != nullptr) {
    header.has_book = 1;
    header.book_flags = u.book->flags;
    header.bid_count = u.book->bid_count;
    header.ask_count = u.book->ask_count;
    header.book_present = u.book->present;
    header.book_time_ns = u.book->exchange_time_ns;
    header.book_sequence = u.book->sequence;
  }
  const auto put = [&at](const void* data, std::size_t size) {
    if (size != 0) std::memcpy(at, data, size);
    at += size;
  };
  put(&header, sizeof header);
  put(u.tick, sizeof *u.tick);
  if (u.rare != nullptr) put(u.rare, sizeof *u.rare);
  if (u.book != nullptr) {
    put(u.book->bids, u.book->bid_count * sizeof(bgw_level));
    put(u.book->asks, u.book->ask_count * sizeof(bgw_level));
  }
}

void copy_text(char (&out)[240], std::string_view text) {
  const std::size_t n = std::min(text.size(), sizeof out - 1);
  if (n != 0) std::memcpy(out, text.data(), n);
  out[n] = '\0';
}

}  // namespace

const char* word(LinkState state) noexcept {
  switch (state) {
    case LinkState::connecting:
      return "connecting";
    case LinkState::connected:
      return "connected";
    case LinkState::reconnecting:
      return "reconnecting";
    case LinkState::disconnected:
      return "disconnected";
    case LinkState::auth_expired:
      return "auth_expired";
    case LinkState::failed:
      return "failed";
  }
  return "disconnected";
}

void UpdateWriter::put(const bgw_update& u, std::int64_t received_ns, std::uint32_t asked_depth,
                       std::uint32_t session) {
  const std::size_t size = record_size(u);
  if (aside_end_ == 0) {
    if (const std::span<std::byte> place = ring_->reserve(size); !place.empty()) {
      write_record(place.data(), u, received_ns, asked_depth, session);
      ring_->commit();
      if (++unrung_ >= kUnrung) ring();
      return;
    }
  }
  scratch_.resize(size);
  write_record(scratch_.data(), u, received_ns, asked_depth, session);
  // Packets of different kinds fill different topics: one kind must not push out another.
  push(scratch_, (std::uint64_t{u.tick->instrument} + 1) << 8 | (u.tick->modes & kKinds));
}

void UpdateWriter::link(LinkState state, std::string_view message) {
  LinkRecord record{RecordKind::link, state, {}};
  copy_text(record.message, message);
  push(std::as_bytes(std::span(&record, 1)), 0);
}

void UpdateWriter::feed(bool stale, std::int64_t since_ns, std::string_view message) {
  FeedRecord record{RecordKind::feed, stale ? 1U : 0U, since_ns, {}};
  copy_text(record.message, message);
  push(std::as_bytes(std::span(&record, 1)), 0);
}

void UpdateWriter::handle_event(RecordKind kind, std::uint32_t instrument, std::int32_t code,
                                std::string_view message) {
  HandleRecord record{kind, instrument, code, {}};
  copy_text(record.message, message);
  push(std::as_bytes(std::span(&record, 1)), 0);
}

void UpdateWriter::push(std::span<const std::byte> record, std::uint64_t key) {
  if (flush_aside()) {
    if (const std::span<std::byte> place = ring_->reserve(record.size()); !place.empty()) {
      std::memcpy(place.data(), record.data(), record.size());
      ring_->commit();
      bell_->ring();
      return;
    }
  }
  if (const auto found = aside_index_.find(key); found != aside_index_.end()) {
    aside_[found->second].record.assign(record.begin(), record.end());
    move_behind_its_kin(key);
    ++conflated_;
    return;
  }
  put_aside(record, key);
}

void UpdateWriter::put_aside(std::span<const std::byte> record, std::uint64_t key) {
  if (aside_end_ == aside_.size()) aside_.emplace_back();
  aside_[aside_end_].record.assign(record.begin(), record.end());
  aside_[aside_end_].key = key;
  const std::size_t place = aside_end_++;
  if (key == 0) return;
  if (spare_places_.empty()) {
    aside_index_.emplace(key, place);
    return;
  }
  Places::node_type node = std::move(spare_places_.back());
  spare_places_.pop_back();
  node.key() = key;
  node.mapped() = place;
  aside_index_.insert(std::move(node));
}

// An instrument's packets of different kinds keep their order, in the places that they have among the others'.
void UpdateWriter::move_behind_its_kin(std::uint64_t key) {
  std::size_t at = aside_index_[key];
  for (;;) {
    std::uint64_t next = 0;
    std::size_t place = aside_end_;
    for (std::uint64_t kin = key & ~kKinds; kin <= (key | kKinds); ++kin) {
      const auto found = aside_index_.find(kin);
      if (found == aside_index_.end() || found->second <= at || found->second >= place) continue;
      next = kin;
      place = found->second;
    }
    if (next == 0) return;
    std::swap(aside_[at], aside_[place]);
    std::swap(aside_index_[key], aside_index_[next]);
    at = place;
  }
}

bool UpdateWriter::flush_aside() {
  bool moved = false;
  while (aside_sent_ < aside_end_) {
    Aside& next = aside_[aside_sent_];
    const std::span<std::byte> place = ring_->reserve(next.record.size());
    if (place.empty()) break;
    std::memcpy(place.data(), next.record.data(), next.record.size());
    ring_->commit();
    if (next.key != 0) spare_places_.push_back(aside_index_.extract(next.key));
    ++aside_sent_;
    moved = true;
  }
  if (moved) bell_->ring();
  if (aside_sent_ < aside_end_) {
    ring_->wish_for_room();
    forget_sent();
    return false;
  }
  aside_sent_ = aside_end_ = 0;
  return true;
}

void UpdateWriter::forget_sent() {
  if (aside_sent_ < 1024 || aside_sent_ < aside_end_ / 2) return;
  const auto begin = aside_.begin();
  std::rotate(begin, begin + static_cast<std::ptrdiff_t>(aside_sent_), begin + static_cast<std::ptrdiff_t>(aside_end_));
  aside_end_ -= aside_sent_;
  for (auto& [key, index] : aside_index_) index -= aside_sent_;
  aside_sent_ = 0;
}

UpdateView view_update(std::span<const std::byte> record) noexcept {
  UpdateView view{};
  const std::byte* at = record.data();
  view.header = reinterpret_cast<const UpdateRecord*>(at);
  at += sizeof(UpdateRecord);
  view.tick = reinterpret_cast<const bgw_tick*>(at);
  at += sizeof(bgw_tick);
  if (view.header->has_rare != 0) {
    view.rare = reinterpret_cast<const bgw_tick_rare*>(at);
    at += sizeof(bgw_tick_rare);
  }
  view.bids = {reinterpret_cast<const bgw_level*>(at), view.header->bid_count};
  at += view.bids.size_bytes();
  view.asks = {reinterpret_cast<const bgw_level*>(at), view.header->ask_count};
  return view;
}

}  // namespace gw::bus
