#include "angel_symbols.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "bgw/symbols.hpp"

namespace angel {

std::string index_symbol(std::string_view exchange, std::string_view name) {
  constexpr std::string_view kBsePrefix = "S&P ";
  if (exchange == "BSE_INDEX" && name.starts_with(kBsePrefix)) name.remove_prefix(kBsePrefix.size());
  std::string symbol = bgw::squeezed(name);
  const std::string_view known = bgw::renamed_index(exchange, symbol);
  return known.empty() ? symbol : std::string(known);
}

ShareName share_symbol(std::string_view symbol) {
  for (const std::string_view series : {"-EQ", "-BE", "-MF", "-SG"})
    if (symbol.ends_with(series) && symbol.size() > series.size())
      return {std::string(symbol.substr(0, symbol.size() - series.size())), series != "-EQ"};
  return {std::string(symbol), false};
}

std::optional<Expiry> parse_expiry(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  if (text.size() != 9 || !bgw::is_digits(text.substr(0, 2)) || !bgw::is_digits(text.substr(5))) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(2, 3));
  const int day = (text[0] - '0') * 10 + (text[1] - '0');
  if (month == kMonths.end() || day < 1 || day > 31) return std::nullopt;
  char number[16];
  std::snprintf(number, sizeof number, "%02d", static_cast<int>(month - kMonths.begin()) + 1);
  return Expiry{std::string(text.substr(0, 5)) + std::string(text.substr(7)),
                std::string(text.substr(5)) + '-' + number + '-' + std::string(text.substr(0, 2))};
}

std::optional<std::int64_t> parse_signed_decimal(std::string_view text) {
  if (!text.starts_with('-')) return bgw::parse_decimal(text);
  const auto value = bgw::parse_decimal(text.substr(1));
  return value ? std::optional(-*value) : std::nullopt;
}

}  // namespace angel
