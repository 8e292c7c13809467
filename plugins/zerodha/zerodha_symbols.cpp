#include "zerodha_symbols.hpp"

#include <algorithm>
#include <array>

#include "bgw/symbols.hpp"

namespace zerodha {
std::string_view standard_exchange(std::string_view exchange, std::string_view segment) {
  constexpr std::array<std::string_view, 8> kSame = {"NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX", "NCO"};
  if (exchange == "GLOBAL" || exchange == "NSEIX") return "GLOBAL_INDEX";
  if (segment == "INDICES") {
    if (exchange == "NSE") return "NSE_INDEX";
    if (exchange == "BSE") return "BSE_INDEX";
    if (exchange == "MCX") return "MCX_INDEX";
    if (exchange == "CDS") return "CDS_INDEX";
    return {};
  }
  const auto found = std::find(kSame.begin(), kSame.end(), exchange);
  return found == kSame.end() ? std::string_view{} : *found;
}

std::string index_symbol(std::string_view exchange, std::string_view tradingsymbol, std::string_view name) {
  constexpr std::string_view kBsePrefix = "BSE INDEX ";
  std::string symbol = bgw::squeezed(tradingsymbol);
  std::string_view known = bgw::renamed_index(exchange, symbol);
  if (known.empty() && name.starts_with(kBsePrefix))
    known = bgw::renamed_index(exchange, bgw::squeezed(name.substr(kBsePrefix.size())));
  return known.empty() ? symbol : std::string(known);
}

}  // namespace zerodha
