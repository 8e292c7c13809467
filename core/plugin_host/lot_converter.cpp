#include "core/plugin_host/lot_converter.hpp"

#include <limits>
#include <span>

namespace gw::plugin_host {
namespace {

// False: the product does not fit, so it is no true quantity.
bool multiply(std::int64_t& value, std::int64_t by) {
  if (value > std::numeric_limits<std::int64_t>::max() / by || value < std::numeric_limits<std::int64_t>::min() / by)
    return false;
  value *= by;
  return true;
}

}  // namespace

void LotConverter::set(std::uint32_t handle, std::uint32_t lots, std::int64_t lot_size) {
  if (lots == 0 && handle >= kinds_.size()) return;
  if (handle >= kinds_.size()) kinds_.resize(handle + 1);
  kinds_[handle] = {lots, lot_size};
}

LotConverter::Result LotConverter::convert(const bgw_update& from) {
  Result result{update_};
  const Kind kind = kinds_[from.tick->instrument];
  update_ = from;
  tick_ = *from.tick;
  update_.tick = &tick_;
  const auto value = [&](std::uint32_t counted, std::uint64_t bit, std::int64_t& number) {
    if ((kind.lots & counted) == 0 || (tick_.present & bit) == 0) return;
    if (kind.lot_size > 0 && multiply(number, kind.lot_size)) return;
    tick_.present &= ~bit;
    if (kind.lot_size > 0) ++result.quantities;
  };
  value(BGW_VOLUME_IN_LOTS, BGW_HAS_VOLUME, tick_.volume);
  value(BGW_OI_IN_LOTS, BGW_HAS_OI, tick_.oi);
  value(BGW_QUANTITIES_IN_LOTS, BGW_HAS_LAST_QUANTITY, tick_.last_quantity);
  value(BGW_QUANTITIES_IN_LOTS, BGW_HAS_TOTAL_BUY, tick_.total_buy_quantity);
  value(BGW_QUANTITIES_IN_LOTS, BGW_HAS_TOTAL_SELL, tick_.total_sell_quantity);
  if (from.rare != nullptr) {
    rare_ = *from.rare;
    update_.rare = &rare_;
    value(BGW_OI_IN_LOTS, BGW_HAS_OI_DAY_HIGH, rare_.oi_day_high);
    value(BGW_OI_IN_LOTS, BGW_HAS_OI_DAY_LOW, rare_.oi_day_low);
  }
  if (from.book == nullptr || (kind.lots & BGW_QUANTITIES_IN_LOTS) == 0) return result;
  book_ = *from.book;
  update_.book = &book_;
  bids_.assign(book_.bids, book_.bids + book_.bid_count);
  asks_.assign(book_.asks, book_.asks + book_.ask_count);
  if (kind.lot_size > 0)
    for (std::vector<bgw_level>* side : {&bids_, &asks_})
      for (bgw_level& level : *side) result.levels += multiply(level.quantity, kind.lot_size) ? 0 : 1;
  book_.bids = bids_.data();
  book_.asks = asks_.data();
  // A book whose quantities are unknown is left out.
  if (kind.lot_size <= 0 || result.levels != 0) {
    tick_.modes &= ~std::uint32_t{BGW_MODE_DEPTH};
    update_.book = nullptr;
  }
  return result;
}

}  // namespace gw::plugin_host
