// The instruments that the mock broker has: shares and indices for ever, and derivatives of the next three months,
// which roll with the calendar; read by the adapter and by the instrument loader.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bgw/abi.h"

namespace mock {

struct MockInstrument {
  std::uint64_t token = 0;
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

// The instruments of a day. A token stands for the same instrument on every day. [any]
std::vector<MockInstrument> instruments(std::chrono::sys_days today);
// The instrument with this token, also one that today's list does not have. Nothing: there is none. [any]
std::optional<MockInstrument> find_instrument(std::uint64_t token);
// The present day in India.
std::chrono::sys_days today();

// bgw.instruments/1 [load]
const bgw_instruments* instruments_extension();

}  // namespace mock
