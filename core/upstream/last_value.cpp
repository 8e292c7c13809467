#include "core/upstream/last_value.hpp"

namespace gw::upstream {

void LastValue::store(const bus::UpdateView& v, std::uint32_t modes, std::uint64_t order) {
  static_assert(offsetof(LastValue, packets_) <= kCacheLine + 16);
  const Kind kind = kind_of(modes);
  orders_[kind] = order;
  modes_[kind] = modes;
  Packet& packet = packets_[kind];
  packet.tick = *v.tick;
  packet.has_rare = v.rare != nullptr;
  if (packet.has_rare) packet.rare = *v.rare;
  packet.received_ns = v.header->received_ns;
  packet.login = v.header->login;
  if ((modes & BGW_MODE_DEPTH) != 0) {
    bids_.assign(v.bids.begin(), v.bids.end());
    asks_.assign(v.asks.begin(), v.asks.end());
    book_has_orders_ = (v.header->book_present & BGW_HAS_ORDERS) != 0;
    book_time_ns_ = (v.header->book_present & BGW_HAS_EXCHANGE_TIME) != 0 ? v.header->book_time_ns : 0;
  }
  if ((v.tick->present & BGW_HAS_LTP) != 0) {
    ltp_ = v.tick->ltp;
    ltp_order_ = order;
  }
}

std::int64_t LastValue::count_hidden(const bus::UpdateView& v) {
  constexpr std::uint64_t kBoth = BGW_HAS_VOLUME | BGW_HAS_LAST_QUANTITY;
  if ((v.tick->present & kBoth) != kBoth) {
    if ((v.tick->modes & BGW_MODE_LTP) != 0) volume_ = -1;  // the broker showed a trade, and not its quantity
    return 0;
  }
  std::int64_t hidden = 0;
  if (volume_ >= 0 && volume_login_ == v.header->login)
    hidden = std::max<std::int64_t>(0, v.tick->volume - volume_ - v.tick->last_quantity);
  volume_ = v.tick->volume;
  volume_login_ = v.header->login;
  return hidden;
}

std::size_t LastValue::find(std::uint32_t mode) const {
  std::size_t best = kKinds;
  for (std::size_t kind = 0; kind < kKinds; ++kind)
    if ((modes_[kind] & mode) != 0 && (best == kKinds || orders_[kind] > orders_[best])) best = kind;
  return best;
}

bool LastValue::has_other_best(const bus::UpdateView& v) const {
  const auto differ = [](std::span<const bgw_level> now, const std::vector<bgw_level>& then) {
    return !now.empty() && !then.empty() &&
           (now.front().price != then.front().price || now.front().quantity != then.front().quantity);
  };
  return differ(v.bids, bids_) || differ(v.asks, asks_);
}

}  // namespace gw::upstream
