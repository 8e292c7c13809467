// What a broker said last of one instrument, as far as two packets can be told apart by it. A value. Thread: feed.
#pragma once

#include <cstdint>

#include "bgw/abi.h"

namespace gw::liveness {

class LastValues {
 public:
  LastValues() = default;
  explicit LastValues(const bgw_update& update);

  bool is_known() const { return present_ != 0; }
  // Whether something happened at the exchange after `before` that a live link would have shown: another last price, a
  // larger volume, a later trade, another book. Times of the packet itself prove nothing: some brokers stamp a snapshot
  // when they send it.
  bool is_newer_than(const LastValues& before) const;
  // When the instrument last traded, as far as the packet says so; 0: it does not.
  std::int64_t trade_time_ns() const;
  // Whether this is another packet than `before` at all.
  bool differs_from(const LastValues& before) const;

 private:
  static constexpr std::uint64_t kBook = std::uint64_t{1} << 63;  // in present_, beside BGW_HAS_*
  struct Best {
    std::int64_t price = 0;
    std::int64_t quantity = 0;
    friend bool operator==(const Best&, const Best&) = default;
  };

  std::uint64_t present_ = 0;
  std::int64_t ltp_ = 0;
  std::int64_t volume_ = 0;
  std::int64_t last_trade_time_ns_ = 0;
  std::int64_t exchange_time_ns_ = 0;
  std::int64_t total_buy_quantity_ = 0;
  std::int64_t total_sell_quantity_ = 0;
  Best bid_;
  Best ask_;
};

}  // namespace gw::liveness
