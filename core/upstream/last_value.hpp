// The newest values that one broker sent for one instrument, kept per kind of packet: what an LTP packet says never
// stands in for a quote. Packets of one login add up: what a packet does not say of the quote, or of the other side of
// the book, stays as the last one said that was asked for without a break. [routing]
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bgw/abi.h"
#include "core/base/prefetch.hpp"
#include "core/bus/update_queue.hpp"

namespace gw::upstream {

class LastValue {
 public:
  static constexpr std::size_t kKinds = 3;  // of packets, by the richest mode that they filled: LTP, quote, depth

  struct Packet {
    bgw_tick tick{};
    bgw_tick_rare rare{};
    bool has_rare = false;
    std::uint32_t login = 0;  // that sent it
    std::int64_t received_ns = 0;

    const bgw_tick_rare* rare_or_null() const { return has_rare ? &rare : nullptr; }
  };

  // From now on values count in these units. What is kept in others is forgotten.
  void use_units(Exponents exponents);
  // Keeps what the packet says. `modes`: those of its modes that count, at least one. `order` grows with each packet of
  // the broker.
  void store(const bus::UpdateView& update, std::uint32_t modes, std::uint64_t order);
  // The quantity of trades that the broker did not show: by how much the volume grew since the packet before, within
  // one login, beyond the packet's last quantity. 0: it showed all, or does not say.
  std::int64_t count_hidden(const bus::UpdateView& update);

  // The newest packet that filled the mode; kKinds: none did.
  std::size_t find(std::uint32_t mode) const;
  const Packet& packet(std::size_t kind) const { return packets_[kind]; }
  std::uint64_t order(std::size_t kind) const { return orders_[kind]; }
  // The packet that came last, of any kind; null: none came.
  const Packet* last() const {
    const auto last = std::max_element(orders_.begin(), orders_.end());
    return *last == 0 ? nullptr : &packets_[static_cast<std::size_t>(last - orders_.begin())];
  }

  bool has_ltp() const { return ltp_order_ != 0; }
  std::int64_t ltp() const { return ltp_; }
  // The first last price is known, and what came before it has been published with it.
  // What is known of these modes is not kept up to date until a packet fills them again.
  void mark_suspect(std::uint32_t modes) { suspect_modes_ |= static_cast<std::uint8_t>(modes & 7U); }
  bool is_suspect(std::uint32_t mode) const { return (suspect_modes_ & mode) != 0; }
  bool was_priced() const { return was_priced_; }
  void set_priced() { was_priced_ = true; }

  // The units of all that is kept here.
  Exponents exponents() const { return exponents_; }
  // Those that the login has sent.
  std::span<const bgw_value> values(std::uint32_t login) const {
    return login == values_login_ ? std::span<const bgw_value>(values_) : std::span<const bgw_value>();
  }
  std::span<const bgw_level> bids() const { return bids_; }
  std::span<const bgw_level> asks() const { return asks_; }
  // A book of as many levels as are asked for.
  bool has_book() const { return (modes_[kDepth] & BGW_MODE_DEPTH) != 0; }
  std::int64_t book_time_ns() const { return book_time_ns_; }
  bool book_has_orders() const { return book_has_orders_; }
  // Whether the update's book has another best level than this one.
  bool has_other_best(const bus::UpdateView& update) const;

  // From now on the broker is asked for no mode above `mode`, or for more levels than the book has: richer values, or
  // the book, are not kept up to date.
  void keep_up_to(std::uint32_t mode) {
    for (std::uint32_t& modes : modes_) modes &= 2 * mode - 1;
    if (mode < BGW_MODE_DEPTH) forget_book();
    if (mode < BGW_MODE_QUOTE) values_.clear();
  }
  void forget_book() {
    modes_[kDepth] &= ~std::uint32_t{BGW_MODE_DEPTH};
    missing_sides_ = kBothSides;
  }

  void prefetch_for_update() const { prefetch_to_write(this, offsetof(LastValue, packets_) + 2 * sizeof(Packet)); }

 private:
  enum Kind : std::size_t { kLtp, kQuote, kDepth };
  static constexpr std::uint8_t kBothSides = BGW_BOOK_BIDS_ONLY | BGW_BOOK_ASKS_ONLY;
  const Packet* earlier_of(Kind kind, std::uint32_t modes, std::uint32_t login) const;
  void keep_quote();
  void store_packet(const bus::UpdateView& update, std::uint32_t modes, std::uint64_t order);
  // False: one side is not known yet, and there is no book to show.
  bool store_book(const bus::UpdateView& update);
  static Kind kind_of(std::uint32_t modes) {
    if ((modes & BGW_MODE_DEPTH) != 0) return kDepth;
    return (modes & BGW_MODE_QUOTE) != 0 ? kQuote : kLtp;
  }

  // What every update looks at, in one line of the cache.
  std::array<std::uint64_t, kKinds> orders_{};  // 0: nothing known
  std::array<std::uint32_t, kKinds> modes_{};   // that the packet of the kind filled
  std::uint32_t volume_login_ = 0;              // of the last packet that had volume and last quantity
  std::int64_t volume_ = -1;                    // of that packet; -1: unknown
  std::int64_t ltp_ = 0;
  std::uint64_t ltp_order_ = 0;  // 0: none known
  bool was_priced_ = false;
  std::uint8_t suspect_modes_ = 0;

  std::array<Packet, kKinds> packets_;
  std::vector<bgw_level> bids_;
  std::vector<bgw_level> asks_;
  std::int64_t book_time_ns_ = 0;
  bool book_has_orders_ = false;
  // Sides that this login has not said since books were asked for without a break: the bit of the side alone that
  // would complete the book.
  std::uint8_t missing_sides_ = kBothSides;
  Exponents exponents_{};
  std::uint32_t book_login_ = 0;    // that sent the book
  std::uint32_t values_login_ = 0;  // that sent the values
  std::vector<bgw_value> values_;
};

// The exchange's time of a packet, or else that of its book (`book_time_ns`); 0: none.
inline std::int64_t exchange_time_of(const bgw_tick& tick, std::int64_t book_time_ns) {
  return (tick.present & BGW_HAS_EXCHANGE_TIME) != 0 ? tick.exchange_time_ns : book_time_ns;
}

}  // namespace gw::upstream
