// Reads a JSON array of flat objects as a stream: one object at a time, never the whole.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "bgw/abi.h"

namespace angel {

// The values of the wanted keys, as text; empty where the object has none. Other keys are passed over.
struct JsonRow {
  std::uint64_t number = 0;  // of the object, from 1
  std::span<const std::string> values;
  bool is_flat = true;  // no object or array inside
};

// Returns the problem with the file as a whole; empty: none. Rows before the problem have been handed over.
std::string read_rows(const bgw_instrument_source& source, std::span<const std::string_view> keys,
                      const std::function<void(const JsonRow&)>& take);

}  // namespace angel
