// Kite's names as standard symbols and exchanges.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zerodha {

// Kite's exchange and segment as the standard exchange: "INDICES" of NSE is NSE_INDEX. Empty: it is not known.
std::string_view standard_exchange(std::string_view exchange, std::string_view segment);

// `name` is the row's name column, which tells some BSE indices better than their trading symbol.
std::string index_symbol(std::string_view exchange, std::string_view tradingsymbol, std::string_view name);

}  // namespace zerodha
