#include "core/bus/packet_merge.hpp"

#include <algorithm>

namespace gw::bus {
namespace {

template <class Record>
struct Member {
  std::uint64_t bit;
  std::int64_t Record::*value;
};

constexpr Member<bgw_tick> kMembers[] = {{BGW_HAS_LAST_QUANTITY, &bgw_tick::last_quantity},
                                         {BGW_HAS_AVERAGE_PRICE, &bgw_tick::average_price},
                                         {BGW_HAS_VOLUME, &bgw_tick::volume},
                                         {BGW_HAS_OPEN, &bgw_tick::open},
                                         {BGW_HAS_HIGH, &bgw_tick::high},
                                         {BGW_HAS_LOW, &bgw_tick::low},
                                         {BGW_HAS_CLOSE, &bgw_tick::close},
                                         {BGW_HAS_OI, &bgw_tick::oi},
                                         {BGW_HAS_LAST_TRADE_TIME, &bgw_tick::last_trade_time_ns},
                                         {BGW_HAS_TOTAL_BUY, &bgw_tick::total_buy_quantity},
                                         {BGW_HAS_TOTAL_SELL, &bgw_tick::total_sell_quantity}};

constexpr Member<bgw_tick_rare> kRareMembers[] = {
    {BGW_HAS_OI_DAY_HIGH, &bgw_tick_rare::oi_day_high},     {BGW_HAS_OI_DAY_LOW, &bgw_tick_rare::oi_day_low},
    {BGW_HAS_UPPER_CIRCUIT, &bgw_tick_rare::upper_circuit}, {BGW_HAS_LOWER_CIRCUIT, &bgw_tick_rare::lower_circuit},
    {BGW_HAS_HIGH_52_WEEKS, &bgw_tick_rare::high_52_weeks}, {BGW_HAS_LOW_52_WEEKS, &bgw_tick_rare::low_52_weeks}};

}  // namespace

void take_over(const bgw_tick& earlier, bgw_tick& later) {
  const std::uint64_t missing = earlier.present & ~later.present;
  for (const auto& [bit, value] : kMembers) {
    if ((missing & bit) == 0) continue;
    later.*value = earlier.*value;
    later.present |= bit;
  }
}

void take_over(const bgw_tick_rare& earlier, std::uint64_t earlier_present, bgw_tick_rare& later,
               std::uint64_t& later_present) {
  const std::uint64_t missing = earlier_present & ~later_present;
  for (const auto& [bit, value] : kRareMembers) {
    if ((missing & bit) == 0) continue;
    later.*value = earlier.*value;
    later_present |= bit;
  }
}

void take_over(std::span<const bgw_value> later, std::vector<bgw_value>& values) {
  for (const bgw_value& value : later) {
    const auto known = std::ranges::find(values, value.kind, &bgw_value::kind);
    if (known == values.end())
      values.push_back(value);
    else
      *known = value;
  }
}

PacketMerge::PacketMerge(const UpdateView& earlier, const bgw_update& later, const UpdateStamp& stamp)
    : update_(later) {
  const UpdateRecord& header = *earlier.header;
  if (header.login != stamp.login || header.exponents != stamp.exponents) return;
  tick_ = *later.tick;
  update_.tick = &tick_;
  take_over(*earlier.tick, tick_);
  // A later last price stands for all trades until then; an earlier one is the newest that is known.
  if ((earlier.tick->present & ~tick_.present & BGW_HAS_LTP) != 0) {
    tick_.ltp = earlier.tick->ltp;
    tick_.present |= BGW_HAS_LTP;
  }
  if (earlier.rare != nullptr) {
    if (later.rare != nullptr)
      rare_ = *later.rare;
    else
      tick_.present &= ~kRareBits;
    take_over(*earlier.rare, earlier.tick->present, rare_, tick_.present);
    update_.rare = &rare_;
  }
  if (!earlier.values.empty()) take_values(earlier);
  // The side of a book that was asked for with another number of levels does not go with this one.
  if (later.book == nullptr || header.asked_depth != stamp.asked_depth) return;
  book_ = *later.book;
  update_.book = &book_;
  if ((book_.flags & BGW_BOOK_BIDS_ONLY) != 0)
    take_side(earlier, BGW_BOOK_BIDS_ONLY, earlier.asks, book_.asks, book_.ask_count);
  else if ((book_.flags & BGW_BOOK_ASKS_ONLY) != 0)
    take_side(earlier, BGW_BOOK_ASKS_ONLY, earlier.bids, book_.bids, book_.bid_count);
}

// Where there are too many kinds, those of the later packet go first.
void PacketMerge::take_values(const UpdateView& earlier) {
  values_.assign(update_.values, update_.values + update_.value_count);
  for (const bgw_value& value : earlier.values)
    if (values_.size() < kMaxValues && std::ranges::find(values_, value.kind, &bgw_value::kind) == values_.end())
      values_.push_back(value);
  update_.values = values_.data();
  update_.value_count = static_cast<std::uint32_t>(values_.size());
}

// `only`: the side that the later packet has. The other one comes from the earlier packet, if that has it.
void PacketMerge::take_side(const UpdateView& earlier, std::uint32_t only, std::span<const bgw_level> levels,
                            const bgw_level*& to, std::uint32_t& count) {
  if (earlier.header->book_flags == only) return;
  levels_.assign(levels.begin(), levels.end());
  to = levels_.data();
  count = static_cast<std::uint32_t>(levels_.size());
  book_.flags = 0;
}

}  // namespace gw::bus
