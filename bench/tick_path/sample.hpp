// A tick with books of 50 levels, as a broker would send it.
#pragma once

#include <cstdint>
#include <vector>

#include "bgw/abi.h"

namespace bench {

struct Sample {
  Sample();
  bgw_tick tick{};
  std::vector<bgw_level> bids;
  std::vector<bgw_level> asks;
};

}  // namespace bench
