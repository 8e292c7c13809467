// Leaves out of an update what no market can mean, for every plugin alike. [adapter]
#pragma once

#include <array>
#include <cstdint>

#include "bgw/abi.h"
#include "core/base/exponents.hpp"

namespace gw::plugin_host {

class UpdateCheck {
 public:
  struct Result {
    bgw_update update;         // what is left: the plugin's own records, or copies that live until the next check
    std::uint32_t levels = 0;  // left out of the book: a negative quantity, or no price
    bool lost_price = false;   // the last price was left out
    bool lost_book = false;    // the book was left out: a side was out of order
  };
  // `prices_below_zero`: the instrument's exchange has prices of zero and below.
  Result check(const bgw_update& update, bool prices_below_zero) noexcept;

 private:
  bgw_tick tick_{};
  bgw_book book_{};
  std::array<bgw_level, kMaxBookLevels> bids_{};
  std::array<bgw_level, kMaxBookLevels> asks_{};
};

}  // namespace gw::plugin_host
