// Everything between one adapter and routing: a ring each way, and the bells that wake both sides.
// ring.hpp and update_queue.hpp say which thread uses which end.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/bus/doorbell.hpp"
#include "core/bus/ring.hpp"
#include "core/bus/update_queue.hpp"

namespace gw::bus {

class Channel {
 public:
  // `routing_bell` wakes the reader of updates and outlives the channel.
  Channel(std::size_t update_bytes, std::size_t demand_bytes, Doorbell& routing_bell);

  // ---- with the adapter in another process, over memory that both see, which outlives the channel
  struct Shared {
    // Each for a RingHeader and a power of two of data bytes, aligned to 64.
    std::span<std::byte> updates, demand;
    // Whether the adapter has rung routing, and routing the adapter, since the other side answered.
    std::atomic<bool>& routing_rung;
    std::atomic<bool>& adapter_rung;
  };
  // Routing's side, which formats the memory. Its adapter_bell() is for the other process to inherit.
  explicit Channel(const Shared& shared);
  // The adapter's side. Both descriptors are those of the bells; `adapter_bell` is taken over.
  Channel(const Shared& shared, Doorbell& routing_bell, int adapter_bell);
  // As updates().peek(), of which it answers the records that are sound, where another process writes them. [routing]
  std::size_t peek(std::span<std::span<const std::byte>> records) noexcept;
  // To be called before routing looks for updates: the next one rings its bell again. [routing]
  void answer() noexcept {
    if (routing_rung_ != nullptr) routing_rung_->exchange(false);
  }

  Ring& updates() { return updates_; }
  Ring& demand() { return demand_; }
  UpdateWriter& writer() { return writer_; }  // [adapter]
  Doorbell& adapter_bell() { return adapter_bell_; }

 private:
  struct AlignedDelete {
    void operator()(std::byte* p) const;
  };
  using Memory = std::unique_ptr<std::byte[], AlignedDelete>;
  static Memory allocate(std::size_t data_bytes);

  Memory update_memory_;
  Memory demand_memory_;
  Ring updates_;
  Ring demand_;
  UpdateWriter writer_;
  Doorbell adapter_bell_;
  std::atomic<bool>* routing_rung_ = nullptr;  // of an adapter in another process
};

// What an adapter is asked for one instrument. The texts are the caller's.
struct Demand {
  std::uint32_t instrument = 0;
  std::uint32_t mode = 0;  // 0: no longer wanted
  std::uint32_t depth_level = 0;
  std::string_view symbol;
  std::string_view exchange;
  std::string_view broker_symbol;
  std::string_view broker_exchange;
  std::string_view token;
  std::uint32_t connection = 0;
  InstrumentKind kind = InstrumentKind::other;
  bool is_description = false;  // only what the instrument list says has changed; nothing is asked of the broker
  Exponents exponents{};
  std::int64_t tick_size = 0;  // 0: not known
  std::int64_t lot_size = 0;   // quantity; 0: not known
};

// The `instrument` of a record that demands nothing and brings proof: routing knows that the feed of `exchange` on
// `connection` is dead at this broker, and `symbol` says why. Mode 0: the connection is not known; the proof counts for
// each one that carries something of the exchange.
inline constexpr std::uint32_t kProof = ~std::uint32_t{0};

// False when the ring is full: the caller keeps its request and tries again when the adapter has drained. [routing]
bool put_demand(Ring& ring, const Demand& demand) noexcept;
Demand view_demand(std::span<const std::byte> record) noexcept;  // [adapter]

}  // namespace gw::bus
