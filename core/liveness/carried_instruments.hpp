// The instruments of one exchange that one connection carries, by their kind: how many there are, how many of them
// should tick, and which kinds trade now. Knows no clock. Thread: feed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/instrument_kind.hpp"

namespace gw::liveness {

class CarriedInstruments {
 public:
  // With this many open instruments of one exchange, at least one ticks soon after the open, whatever they are: a chain
  // of strikes around the price has as many, and some of those trade; 14 strikes far from the price may not trade all
  // day.
  static constexpr std::size_t kMany = 20;

  static std::uint32_t bit(InstrumentKind kind) { return 1U << static_cast<std::uint32_t>(kind); }

  explicit CarriedInstruments(std::string_view exchange) : is_index_(exchange.ends_with("_INDEX")) {}

  // `is_expected`: it ticks soon in each trading session.
  void add(InstrumentKind kind, bool is_expected);
  void remove(InstrumentKind kind, bool is_expected);
  // One of them is expected to tick soon from now on, or no longer.
  void set_expected(InstrumentKind kind, bool is_expected);

  // Sets which kinds trade from now on, by their bits. Without hours nothing of the exchange should tick at any time.
  void set_open(std::uint32_t open, std::int64_t now_ns);
  void set_hours(bool has_hours) { has_hours_ = has_hours; }

  std::size_t count() const;
  std::size_t open_count() const;
  bool has_hours() const { return has_hours_; }
  std::uint32_t open() const { return open_; }
  bool is_open(InstrumentKind kind) const { return (open_ & bit(kind)) != 0; }
  // When the kind opened; 0: it has not been seen to open.
  std::int64_t opened_ns(InstrumentKind kind) const { return kind_opened_ns_[static_cast<std::size_t>(kind)]; }
  // Since when the kinds that trade are these; 0: since they were first looked at.
  std::int64_t changed_ns() const { return changed_ns_; }
  // Some of what trades now should tick soon: an index, an instrument that did so in its last sessions, or one of many.
  bool should_tick() const;

 private:
  using Counts = std::array<std::size_t, std::size(kInstrumentKinds)>;

  bool ticks_soon() const;

  const bool is_index_;
  Counts carried_{};
  Counts expected_{};  // of those
  std::array<std::int64_t, std::size(kInstrumentKinds)> kind_opened_ns_{};
  std::uint32_t open_ = 0;
  bool has_looked_ = false;  // set_open() has been called
  bool has_hours_ = true;
  std::int64_t changed_ns_ = 0;
};

}  // namespace gw::liveness
