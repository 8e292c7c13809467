#include "angel_symbols.hpp"

#include "bgw/symbols.hpp"

namespace angel {

std::string index_symbol(std::string_view exchange, std::string_view name) {
  constexpr std::string_view kBsePrefix = "S&P ";
  if (exchange == "BSE_INDEX" && name.starts_with(kBsePrefix)) name.remove_prefix(kBsePrefix.size());
  std::string symbol = bgw::squeezed(name);
  const std::string_view known = bgw::renamed_index(exchange, symbol);
  return known.empty() ? symbol : std::string(known);
}

}  // namespace angel
