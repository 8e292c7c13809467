// Leaves out of an update what no market can mean, for every plugin alike. [adapter]
#pragma once

#include <array>
#include <cstdint>

#include "bgw/abi.h"
#include "core/base/exponents.hpp"

namespace gw::plugin_host {

// What the values of one instrument can be.
struct ValueRules {
  bool prices_below_zero = false;  // its exchange has prices of zero and below
  std::int64_t grid = 0;           // its traded prices and its orders' prices are multiples of this; 0: of anything
  std::int32_t price_exponent = BGW_PRICE_EXPONENT;  // of the grid and of the packet's own prices
};

class UpdateCheck {
 public:
  struct Result {
    bgw_update update;             // what is left: the plugin's own records, or copies that live until the next check
    std::uint32_t levels = 0;      // left out of the book: a negative quantity, or no price
    std::uint32_t prices = 0;      // left out: no price that the instrument can have
    std::uint32_t quantities = 0;  // left out: below zero
    bool lost_price = false;       // the last price was left out
    bool lost_book = false;        // the book was left out: a side was out of order
  };
  Result check(const bgw_update& update, const ValueRules& rules) noexcept;

 private:
  void check_values(const ValueRules& rules, Result& result) noexcept;

  bgw_tick tick_{};
  bgw_book book_{};
  std::array<bgw_level, kMaxBookLevels> bids_{};
  std::array<bgw_level, kMaxBookLevels> asks_{};
  std::array<bgw_value, kMaxValues> values_{};
};

}  // namespace gw::plugin_host
