// The instruments that the mock broker has: built in, fixed for ever, found by token.
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
  std::string expiry;  // YYYY-MM-DD
  std::int64_t strike = 0;     // 1e-9
  std::int64_t tick_size = 0;  // 1e-9
  std::int64_t lot_size = 1;
  std::int64_t base_price = 0;  // 1e-9; what the walk starts from
};

// The token of an instrument is its place in this list, from 1.
const std::vector<MockInstrument>& instruments();

// bgw.instruments/1
const bgw_instruments* instruments_extension();

}  // namespace mock
