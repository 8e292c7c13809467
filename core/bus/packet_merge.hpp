// Two packets of one instrument and kind as one: the later one, with what it does not say taken from the earlier one.
// Packets of another login, or in other units, are not merged. Thread: any; a value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bgw/abi.h"
#include "core/bus/update_queue.hpp"

namespace gw::bus {

// The presence bits of what stands in the rare record.
inline constexpr std::uint64_t kRareBits = BGW_HAS_OI_DAY_HIGH | BGW_HAS_OI_DAY_LOW | BGW_HAS_UPPER_CIRCUIT |
                                           BGW_HAS_LOWER_CIRCUIT | BGW_HAS_HIGH_52_WEEKS | BGW_HAS_LOW_52_WEEKS;

// Copies each value that `earlier` has and `later` lacks, since it stays true until a packet says something else. The
// last price and the exchange time are not copied: they belong to one packet.
void take_over(const bgw_tick& earlier, bgw_tick& later);
// Does so for the values of the rare record, whose presence bits stand in the two ticks.
void take_over(const bgw_tick_rare& earlier, std::uint64_t earlier_present, bgw_tick_rare& later,
               std::uint64_t& later_present);
// Replaces values of the same kind and adds the others.
void take_over(std::span<const bgw_value> later, std::vector<bgw_value>& values);

class PacketMerge {
 public:
  PacketMerge(const UpdateView& earlier, const bgw_update& later, const UpdateStamp& stamp);
  PacketMerge(const PacketMerge&) = delete;
  PacketMerge& operator=(const PacketMerge&) = delete;

  // Points into this object and to what `later` points to.
  const bgw_update& update() const { return update_; }

 private:
  void take_values(const UpdateView& earlier);
  void take_side(const UpdateView& earlier, std::uint32_t only, std::span<const bgw_level> levels, const bgw_level*& to,
                 std::uint32_t& count);

  bgw_update update_;
  bgw_tick tick_{};
  bgw_tick_rare rare_{};
  bgw_book book_{};
  std::vector<bgw_level> levels_;  // the side that was taken over
  std::vector<bgw_value> values_;
};

}  // namespace gw::bus
