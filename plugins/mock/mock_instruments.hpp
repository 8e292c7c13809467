// The instruments that the mock broker has: built in and fixed for ever; read by the adapter and by
// the instrument loader.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bgw/abi.h"

namespace mock {

struct MockInstrument {
  std::string symbol;
  std::string exchange;
  std::string name;
  std::string type;    // EQ, INDEX, FUT, CE, PE
  std::string expiry;  // YYYY-MM-DD or empty
  std::int64_t strike = 0;
  std::int64_t tick_size = 0;
  std::int64_t lot_size = 1;
  std::int64_t base_price = 0;  // yesterday's close, from which the walk starts
};

// The token of an instrument is its place in this list, from 1. [any]
const std::vector<MockInstrument>& instruments();

// bgw.instruments/1 [load]
const bgw_instruments* instruments_extension();

}  // namespace mock
