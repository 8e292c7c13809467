// Angel's names as standard symbols.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace angel {

// The symbol of an index, by its row's name: "INDIA VIX" is INDIAVIX.
std::string index_symbol(std::string_view exchange, std::string_view name);

struct Expiry {
  std::string compact;  // 28MAR24
  std::string date;     // 2024-03-28
};
// Reads "28MAR2024"; nothing: the text is no date.
std::optional<Expiry> parse_expiry(std::string_view text);

}  // namespace angel
