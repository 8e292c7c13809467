#include "core/bus/update_queue.hpp"

#include <algorithm>
#include <cstring>

#include "core/bus/doorbell.hpp"
#include "core/bus/packet_merge.hpp"

namespace gw::bus {
namespace {

// After this many updates of one frame the reader is woken though more follow: it may have a core of its own.
constexpr std::uint32_t kUnrung = 64;
// After this many updates a reader that is awake sees them.
constexpr std::uint32_t kUnpublished = 16;
// The bits of a packet's modes that make its kind.
constexpr std::uint32_t kKinds = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
constexpr std::uint32_t kEvent = kKinds + 1;  // never replaced
constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

std::size_t record_size(const bgw_update& u) {
  const std::size_t levels = u.book == nullptr ? 0 : u.book->bid_count + u.book->ask_count;
  return sizeof(UpdateRecord) + sizeof(bgw_tick) + (u.rare == nullptr ? 0 : sizeof(bgw_tick_rare)) +
         u.value_count * sizeof(bgw_value) + levels * sizeof(bgw_level);
}

void write_record(std::byte* at, const bgw_update& u, const UpdateStamp& stamp) {
  UpdateRecord header{};
  header.kind = RecordKind::update;
  header.has_rare = u.rare != nullptr;
  header.value_count = static_cast<std::uint8_t>(u.value_count);
  header.received_ns = stamp.received_ns;
  header.asked_depth = stamp.asked_depth;
  header.login = stamp.login;
  header.is_live = stamp.is_live;
  header.exponents = stamp.exponents;
  if (u.book != nullptr) {
    header.bid_count = u.book->bid_count;
    header.ask_count = u.book->ask_count;
    header.book_flags = static_cast<std::uint8_t>(u.book->flags);
    header.book_present = u.book->present;
    header.book_time_ns = u.book->exchange_time_ns;
  }
  const auto put = [&at](const void* data, std::size_t size) {
    if (size != 0) std::memcpy(at, data, size);
    at += size;
  };
  put(&header, sizeof header);
  put(u.tick, sizeof *u.tick);
  if (u.rare != nullptr) put(u.rare, sizeof *u.rare);
  put(u.values, u.value_count * sizeof(bgw_value));
  if (u.book != nullptr) {
    put(u.book->bids, u.book->bid_count * sizeof(bgw_level));
    put(u.book->asks, u.book->ask_count * sizeof(bgw_level));
  }
}

template <std::size_t N>
void copy_text(char (&out)[N], std::string_view text) {
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

const char* word(FeedState state) noexcept {
  if (state == FeedState::live) return "live";
  return state == FeedState::stale ? "stale" : "quiet";
}

void UpdateWriter::put(const bgw_update& u, const UpdateStamp& stamp) {
  const std::size_t size = record_size(u);
  const std::span<std::byte> memory = reserve(size);
  if (memory.empty()) return put_in_overflow(u, stamp);
  write_record(memory.data(), u, stamp);
  ring_->stage();
  ++unrung_;
  if (unrung_ % kUnpublished == 0) ring_->publish();
  if (unrung_ == kUnrung) ring();
}

// Packets of different kinds fill different topics, so a packet replaces only one of its own kind. A packet that says
// less than the replaced one takes over the rest of it.
void UpdateWriter::put_in_overflow(const bgw_update& u, const UpdateStamp& stamp) {
  const std::uint32_t kind = u.tick->modes & kKinds;
  std::vector<std::byte>* replaced = find_overflowed(u.tick->instrument, kind);
  if (replaced == nullptr) {
    positions_[u.tick->instrument][kind] = static_cast<std::uint32_t>(overflow_end_);
    return write_record(put_in_overflow(u.tick->instrument, kind, record_size(u)), u, stamp);
  }
  ++conflated_;
  PacketMerge merge(view_update(*replaced), u, stamp);  // copies what it takes over
  replaced->resize(record_size(merge.update()));
  write_record(replaced->data(), merge.update(), stamp);
}

void UpdateWriter::link(LinkState state, std::string_view message, bool by_choice) {
  LinkRecord record{RecordKind::link, state, by_choice ? 1U : 0U, {}};
  copy_text(record.message, message);
  push(std::as_bytes(std::span(&record, 1)));
}

void UpdateWriter::feed(std::string_view exchange, FeedState state, FeedEvidence evidence, std::int64_t since_ns,
                        std::string_view message) {
  FeedRecord record{RecordKind::feed, state, evidence, 0, since_ns, {}, {}};
  copy_text(record.exchange, exchange);
  copy_text(record.message, message);
  push(std::as_bytes(std::span(&record, 1)));
}

void UpdateWriter::released(std::uint32_t instrument) {
  handle_event(RecordKind::released, {instrument, 0, 0, 0}, 0, {});
}

void UpdateWriter::quiet(std::uint32_t instrument) { handle_event(RecordKind::quiet, {instrument, 0, 0, 0}, 0, {}); }

void UpdateWriter::confirmed(const bgw_stream& stream) { handle_event(RecordKind::confirm, stream, 0, {}); }

void UpdateWriter::refused(const bgw_stream& stream, std::int32_t code, std::string_view message) {
  handle_event(RecordKind::refuse, stream, code, message);
}

void UpdateWriter::suspect(std::uint32_t instrument, std::uint32_t modes, std::string_view message) {
  if (instrument < positions_.size())
    for (std::uint32_t& position : positions_[instrument])
      if (const std::uint32_t at = std::exchange(position, kNowhere); at != kNowhere) overflow_[at].kind = kEvent;
  handle_event(RecordKind::suspect, {instrument, modes, 0, 0}, 0, message);
}

void UpdateWriter::handle_event(RecordKind kind, const bgw_stream& stream, std::int32_t code,
                                std::string_view message) {
  HandleRecord record{kind, stream.instrument, stream.mode, stream.depth_level, code, {}};
  copy_text(record.message, message);
  push(std::as_bytes(std::span(&record, 1)));
}

void UpdateWriter::push(std::span<const std::byte> record) {
  if (const std::span<std::byte> memory = reserve(record.size()); !memory.empty()) {
    std::memcpy(memory.data(), record.data(), record.size());
    ring_->commit();
    bell_->ring();
    return;
  }
  std::memcpy(put_in_overflow(0, kEvent, record.size()), record.data(), record.size());
}

// Room in the ring, behind everything that overflowed; empty: there is none.
std::span<std::byte> UpdateWriter::reserve(std::size_t size) {
  if (overflow_end_ != 0 && !flush_overflow()) return {};
  const std::span<std::byte> memory = ring_->reserve(size);
  if (!memory.empty()) return memory;
  ring_->publish();
  ring_->ask_for_room();
  return ring_->reserve(size);  // the reader may have made room just before the request
}

std::byte* UpdateWriter::put_in_overflow(std::uint32_t instrument, std::uint32_t kind, std::size_t size) {
  if (overflow_end_ == overflow_.size()) overflow_.emplace_back();
  Overflowed& next = overflow_[overflow_end_++];
  next.record.resize(size);
  next.instrument = instrument;
  next.kind = kind;
  return next.record.data();
}

// The packet of the kind that waits; null: none does. An instrument's packets keep their order: the newest gets the
// last of their positions, and those behind the replaced one move up.
std::vector<std::byte>* UpdateWriter::find_overflowed(std::uint32_t instrument, std::uint32_t kind) {
  if (instrument >= positions_.size()) {
    Positions nowhere;
    nowhere.fill(kNowhere);
    positions_.resize(instrument + 1, nowhere);
  }
  Positions& positions = positions_[instrument];
  if (positions[kind] == kNowhere) return nullptr;
  for (;;) {
    std::uint32_t next = kind;
    for (std::uint32_t kin = 0; kin < positions.size(); ++kin)
      if (positions[kin] != kNowhere && positions[kin] > positions[kind] &&
          (next == kind || positions[kin] < positions[next]))
        next = kin;
    if (next == kind) break;
    std::swap(overflow_[positions[kind]], overflow_[positions[next]]);
    std::swap(positions[kind], positions[next]);
  }
  return &overflow_[positions[kind]].record;
}

bool UpdateWriter::flush_overflow() {
  if (try_flush_overflow()) return true;
  ring_->ask_for_room();
  return try_flush_overflow();  // the reader may have made room just before the request
}

bool UpdateWriter::try_flush_overflow() {
  bool moved = false;
  while (overflow_sent_ < overflow_end_) {
    const Overflowed& next = overflow_[overflow_sent_];
    const std::span<std::byte> memory = ring_->reserve(next.record.size());
    if (memory.empty()) break;
    std::memcpy(memory.data(), next.record.data(), next.record.size());
    ring_->commit();
    if (next.kind != kEvent) positions_[next.instrument][next.kind] = kNowhere;
    ++overflow_sent_;
    moved = true;
  }
  if (moved) bell_->ring();
  if (overflow_sent_ < overflow_end_) {
    forget_sent();
    return false;
  }
  overflow_sent_ = overflow_end_ = 0;
  return true;
}

void UpdateWriter::forget_sent() {
  if (overflow_sent_ < 1024 || overflow_sent_ < overflow_end_ / 2) return;
  const auto begin = overflow_.begin();
  std::rotate(begin, begin + static_cast<std::ptrdiff_t>(overflow_sent_),
              begin + static_cast<std::ptrdiff_t>(overflow_end_));
  overflow_end_ -= overflow_sent_;
  overflow_sent_ = 0;
  for (std::size_t i = 0; i < overflow_end_; ++i)
    if (overflow_[i].kind != kEvent)
      positions_[overflow_[i].instrument][overflow_[i].kind] = static_cast<std::uint32_t>(i);
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
  view.values = {reinterpret_cast<const bgw_value*>(at), view.header->value_count};
  at += view.values.size_bytes();
  view.bids = {reinterpret_cast<const bgw_level*>(at), view.header->bid_count};
  at += view.bids.size_bytes();
  view.asks = {reinterpret_cast<const bgw_level*>(at), view.header->ask_count};
  return view;
}

}  // namespace gw::bus
