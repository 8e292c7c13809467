// The way up from one adapter to routing: a ring of records, and, while that is full, the newest update of each
// instrument. Written on the adapter's thread, read on routing's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bus/doorbell.hpp"
#include "core/bus/records.hpp"
#include "core/bus/ring.hpp"

namespace gw::bus {

// One update as the reader sees it; valid until the next record is taken.
struct UpdateView {
  const bgw_tick* tick;
  const bgw_tick_rare* rare;  // or null
  const UpdateRecord* header;
  std::span<const bgw_value> values;
  std::span<const bgw_level> bids;
  std::span<const bgw_level> asks;
};

// What the host says of an update beside what the broker said.
struct UpdateStamp {
  std::int64_t received_ns = 0;
  std::uint32_t asked_depth = kMaxBookLevels;
  std::uint32_t login = 0;
  bool is_live = true;
  Exponents exponents{};
};

class UpdateWriter {
 public:
  UpdateWriter(Ring& ring, Doorbell& reader_bell) : ring_(&ring), bell_(&reader_bell) {}

  // Never blocks. While the ring is full, the newest update of each instrument and kind waits in memory. The updates
  // that it replaces count as conflated, and what only they said is merged into it. Allocates only when more wait than
  // ever before. [adapter]
  void update(const bgw_update& update, const UpdateStamp& stamp) {
    put(update, stamp);
    ring();
  }
  // Like update(), for one of several updates: the reader sees some of them at once and is woken once for some, and for
  // the last by ring(). [adapter]
  void put(const bgw_update& update, const UpdateStamp& stamp);
  void ring() {
    if (std::exchange(unrung_, 0) == 0) return;
    ring_->publish();
    bell_->ring();
  }
  // Events are never lost: while the ring is full they overflow too, in their order. [adapter]
  void link(LinkState state, std::string_view message, bool by_choice = false);
  void feed(std::string_view exchange, FeedState state, FeedEvidence evidence, std::int64_t since_ns,
            std::string_view message);
  void released(std::uint32_t instrument);
  void quiet(std::uint32_t instrument);
  void confirmed(const bgw_stream& stream);
  void refused(const bgw_stream& stream, std::int32_t code, std::string_view message);
  // No later packet of the instrument is merged into one that waits from before.
  void suspect(std::uint32_t instrument, std::uint32_t modes, std::string_view message);
  // Moves what overflowed into the ring, as much as there is room for. True when nothing waits any more. [adapter]
  bool flush_overflow();
  // For a reader that waits for room in the other direction. [adapter]
  void wake_reader() { bell_->ring(); }
  std::uint64_t conflated() const { return conflated_; }

 private:
  std::span<std::byte> reserve(std::size_t size);
  void push(std::span<const std::byte> record);
  void handle_event(RecordKind kind, const bgw_stream& stream, std::int32_t code, std::string_view message);
  std::byte* put_in_overflow(std::uint32_t instrument, std::uint32_t kind, std::size_t size);
  void put_in_overflow(const bgw_update& update, const UpdateStamp& stamp);
  std::vector<std::byte>* find_overflowed(std::uint32_t instrument, std::uint32_t kind);
  bool try_flush_overflow();
  void forget_sent();

  Ring* ring_;
  Doorbell* bell_;
  struct Overflowed {
    std::vector<std::byte> record;
    std::uint32_t instrument;
    std::uint32_t kind;  // of the packet, or kEvent
  };
  // Records from overflow_sent_ up to overflow_end_ wait for the ring. The others are empty and keep their memory,
  // which the next records use.
  std::vector<Overflowed> overflow_;
  std::size_t overflow_sent_ = 0;
  std::size_t overflow_end_ = 0;
  // Where in overflow_ the newest packet of an instrument waits, by kind: half a line of the cache.
  using Positions = std::array<std::uint32_t, BGW_MODE_LTP + BGW_MODE_QUOTE + BGW_MODE_DEPTH + 1>;
  std::vector<Positions> positions_;
  std::uint64_t conflated_ = 0;
  std::uint32_t unrung_ = 0;
};

// Interprets a record of kind `update`. [reader]
UpdateView view_update(std::span<const std::byte> record) noexcept;

}  // namespace gw::bus
