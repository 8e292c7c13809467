// In which units the prices and quantities of an instrument are counted: 1 stands for 10 to the power of the exponent.
#pragma once

#include <cstdint>

namespace gw {

struct Exponents {
  std::int8_t price = -9;
  std::int8_t quantity = 0;
  friend bool operator==(const Exponents&, const Exponents&) = default;
};

// The levels that each side of a book may have, here and on its whole way to the client.
inline constexpr std::uint32_t kMaxBookLevels = 1000;
// The further values that one update may have: see bgw_value.
inline constexpr std::uint32_t kMaxValues = 32;

}  // namespace gw
