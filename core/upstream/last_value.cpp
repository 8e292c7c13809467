#include "core/upstream/last_value.hpp"

#include "core/bus/packet_merge.hpp"

namespace gw::upstream {

void LastValue::use_units(Exponents exponents) {
  if (exponents == exponents_) return;
  exponents_ = exponents;
  orders_ = {};
  modes_ = {};
  volume_ = -1;
  ltp_order_ = 0;
  was_priced_ = false;
  bids_.clear();
  asks_.clear();
  values_.clear();
}

void LastValue::store(const bus::UpdateView& v, std::uint32_t modes, std::uint64_t order) {
  static_assert(offsetof(LastValue, packets_) <= kCacheLine + 16);
  use_units(v.header->exponents);
  if (!v.values.empty()) {
    if (values_login_ != v.header->login) values_.clear();
    values_login_ = v.header->login;
    bus::take_over(v.values, values_);
  }
  if ((v.tick->present & BGW_HAS_LTP) != 0) {
    ltp_ = v.tick->ltp;
    ltp_order_ = order;
  }
  if ((modes & BGW_MODE_DEPTH) != 0 && !store_book(v)) modes &= ~std::uint32_t{BGW_MODE_DEPTH};
  if (modes != 0) store_packet(v, modes, order);
}

void LastValue::store_packet(const bus::UpdateView& v, std::uint32_t modes, std::uint64_t order) {
  const Kind kind = kind_of(modes);
  const std::uint32_t login = v.header->login;
  if (kind == kDepth && (modes & BGW_MODE_QUOTE) == 0 && (modes_[kDepth] & BGW_MODE_QUOTE) != 0) keep_quote();
  bgw_tick tick = *v.tick;
  bgw_tick_rare rare{};
  bool has_rare = v.rare != nullptr;
  if (has_rare) rare = *v.rare;
  const Packet* earlier = earlier_of(kind, modes, login);
  if (earlier != nullptr && (earlier->tick.present & ~tick.present) != 0) {
    bus::take_over(earlier->tick, tick);
    if (earlier->has_rare) {
      if (!has_rare) tick.present &= ~bus::kRareBits;
      bus::take_over(earlier->rare, earlier->tick.present, rare, tick.present);
      has_rare = true;
    }
  }
  Packet& packet = packets_[kind];
  // A last price that an earlier packet of the kind brought is still known.
  if (orders_[kind] != 0 && packet.login == login) modes |= modes_[kind] & BGW_MODE_LTP;
  packet.tick = tick;
  packet.has_rare = has_rare;
  if (has_rare) packet.rare = rare;
  packet.received_ns = v.header->received_ns;
  packet.login = login;
  orders_[kind] = order;
  modes_[kind] = modes;
  suspect_modes_ &= static_cast<std::uint8_t>(~modes);
}

// The packet that stays true where one of this kind and login says nothing; null: there is none. The newest quote may
// be of another kind: a full packet, with its book, and one with the open interest alone speak of one quote.
const LastValue::Packet* LastValue::earlier_of(Kind kind, std::uint32_t modes, std::uint32_t login) const {
  const std::size_t earlier = (modes & BGW_MODE_QUOTE) != 0 ? find(BGW_MODE_QUOTE)
                              : (modes_[kind] & modes) != 0 ? static_cast<std::size_t>(kind)
                                                            : kKinds;
  return earlier != kKinds && packets_[earlier].login == login ? &packets_[earlier] : nullptr;
}

// A book alone is about to replace a packet that had the quote too.
void LastValue::keep_quote() {
  if (orders_[kQuote] < orders_[kDepth]) {
    packets_[kQuote] = packets_[kDepth];
    orders_[kQuote] = orders_[kDepth];
    modes_[kQuote] = modes_[kDepth] & ~std::uint32_t{BGW_MODE_DEPTH};
  }
  modes_[kDepth] &= BGW_MODE_DEPTH;
}

bool LastValue::store_book(const bus::UpdateView& v) {
  if (book_login_ != v.header->login) forget_book();
  book_login_ = v.header->login;
  const auto take = [&](std::vector<bgw_level>& side, std::span<const bgw_level> levels, std::uint8_t other_only) {
    if ((v.header->book_flags & other_only) != 0) return;
    side.assign(levels.begin(), levels.end());
    missing_sides_ &= other_only;
  };
  take(bids_, v.bids, BGW_BOOK_ASKS_ONLY);
  take(asks_, v.asks, BGW_BOOK_BIDS_ONLY);
  book_has_orders_ = (v.header->book_present & BGW_HAS_ORDERS) != 0;
  book_time_ns_ = (v.header->book_present & BGW_HAS_EXCHANGE_TIME) != 0 ? v.header->book_time_ns : 0;
  return missing_sides_ == 0;
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
