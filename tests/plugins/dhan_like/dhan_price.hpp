// Makes whole numbers of the prices that Dhan sends as floats in rupees. Thread: any; pure functions.
// Sources: DhanHQ-py marketfeed.py (f32 in the plain feed) and fulldepth.py (f64 in the depth sockets).
#pragma once

#include <cstdint>
#include <optional>

namespace dhan_like {

// What the host says of an instrument's prices with its subscription.
struct Units {
  std::int32_t price_exponent = -9;
  std::int64_t tick_size = 0;  // 0: not known
};

// The price in units of 10 to the power of `price_exponent`. A price that a float cannot tell from a multiple of the
// tick is that multiple: 24343.9 arrives as 24343.900390625. Any other price is the shortest decimal that makes this
// float. Nothing: no number, a number that does not fit, or one so large that ticks are finer than floats of its size.
std::optional<std::int64_t> price_of(float rupees, const Units& units);
std::optional<std::int64_t> price_of(double rupees, const Units& units);

}  // namespace dhan_like
