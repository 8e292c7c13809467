// Angel's names as standard symbols.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace angel {

// An index by the row's name: "INDIA VIX" is INDIAVIX.
std::string index_symbol(std::string_view exchange, std::string_view name);

// A share without the series of ordinary trade: RELIANCE-EQ is RELIANCE. `second_choice`: it had one of another name
// than EQ, and a row with EQ goes before it.
struct ShareName {
  std::string symbol;
  bool second_choice = false;
};
ShareName share_symbol(std::string_view symbol);

struct Expiry {
  std::string compact;  // 28MAR24
  std::string date;     // 2024-03-28
};
// "28MAR2024"; nothing when it is no date.
std::optional<Expiry> parse_expiry(std::string_view text);

// As bgw::parse_decimal, perhaps below zero.
std::optional<std::int64_t> parse_signed_decimal(std::string_view text);

}  // namespace angel
