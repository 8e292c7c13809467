// A broker's time outside 2015 to 2100 counts as none: it is an error of the broker's, or of a decoder. Thread: feed.
#pragma once

#include <cstdint>

#include "bgw/abi.h"

namespace gw::plugin_host {

inline constexpr std::int64_t kFirstTime = 1'420'070'400'000'000'000;   // 2015-01-01
inline constexpr std::int64_t kEndOfTimes = 4'102'444'800'000'000'000;  // 2100-01-01

constexpr bool is_sensible_time(std::int64_t ns) { return ns >= kFirstTime && ns < kEndOfTimes; }

// An update as it may be passed on: the plugin's own, or a copy without the times that count as none.
class UpdateTimes {
 public:
  explicit UpdateTimes(const bgw_update& update) : update_(update) {
    const bgw_tick& tick = *update.tick;
    std::uint64_t wrong = 0;
    if (!is_sensible_time(tick.exchange_time_ns)) wrong |= tick.present & BGW_HAS_EXCHANGE_TIME;
    if (!is_sensible_time(tick.last_trade_time_ns)) wrong |= tick.present & BGW_HAS_LAST_TRADE_TIME;
    if (wrong != 0) {
      tick_ = tick;
      tick_.present &= ~wrong;
      update_.tick = &tick_;
    }
    corrected_ = wrong != 0;
    if (update.book == nullptr || (update.book->present & BGW_HAS_EXCHANGE_TIME) == 0 ||
        is_sensible_time(update.book->exchange_time_ns))
      return;
    book_ = *update.book;
    book_.present &= ~std::uint32_t{BGW_HAS_EXCHANGE_TIME};
    update_.book = &book_;
    corrected_ = true;
  }
  UpdateTimes(const UpdateTimes&) = delete;
  UpdateTimes& operator=(const UpdateTimes&) = delete;

  const bgw_update& update() const { return update_; }
  bool corrected() const { return corrected_; }
  // 0: none.
  std::int64_t exchange_time_ns() const {
    if ((update_.tick->present & BGW_HAS_EXCHANGE_TIME) != 0) return update_.tick->exchange_time_ns;
    const bgw_book* book = update_.book;
    return book != nullptr && (book->present & BGW_HAS_EXCHANGE_TIME) != 0 ? book->exchange_time_ns : 0;
  }

 private:
  bgw_update update_;
  bool corrected_ = false;
  bgw_tick tick_;  // only where corrected
  bgw_book book_;
};

}  // namespace gw::plugin_host
