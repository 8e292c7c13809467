#include "angel_symbols.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "bgw/symbols.hpp"

namespace angel {

std::string index_symbol(std::string_view exchange, std::string_view name) {
  constexpr std::string_view kBsePrefix = "S&P ";
  if (exchange == "BSE_INDEX" && name.starts_with(kBsePrefix)) name.remove_prefix(kBsePrefix.size());
  std::string symbol = bgw::squeezed(name);
  const std::string_view known = bgw::renamed_index(exchange, symbol);
  return known.empty() ? symbol : std::string(known);
}

std::optional<Expiry> parse_expiry(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  if (text.size() != 9) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(2, 3));
  char number[16];
  std::snprintf(number, sizeof number, "%02d", static_cast<int>(month - kMonths.begin()) + 1);
  std::string date = std::string(text.substr(5)) + '-' + number + '-' + std::string(text.substr(0, 2));
  if (!bgw::is_date(date)) return std::nullopt;
  return Expiry{std::string(text.substr(0, 5)) + std::string(text.substr(7)), std::move(date)};
}

}  // namespace angel
