#include "angel_symbols.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "bgw/abi.h"

namespace angel {
namespace {

struct Renamed {
  std::string_view from;
  std::string_view to;
};

// What is left of an index's name, where it is not yet the standard one.
constexpr Renamed kNseIndices[] = {
    {"NIFTY50", "NIFTY"},          {"NIFTYBANK", "BANKNIFTY"},       {"NIFTYFINSERVICE", "FINNIFTY"},
    {"NIFTYNEXT50", "NIFTYNXT50"}, {"NIFTYMIDSELECT", "MIDCPNIFTY"}, {"NIFTYMIDCAPSELECT", "MIDCPNIFTY"},
};

// BSE's own short names, which any list of its indices may have: the standard ones are the same for every broker.
constexpr Renamed kBseIndices[] = {
    {"SNSX50", "SENSEX50"},
    {"SNXT50", "BSESENSEXNEXT50"},
    {"MID150", "BSE150MIDCAPINDEX"},
    {"LMI250", "BSE250LARGEMIDCAPINDEX"},
    {"MSL400", "BSE400MIDSMALLCAPINDEX"},
    {"AUTO", "BSEAUTO"},
    {"BSECG", "BSECAPITALGOODS"},
    {"CARBON", "BSECARBONEX"},
    {"BSECD", "BSECONSUMERDURABLES"},
    {"CPSE", "BSECPSE"},
    {"DOL30", "BSEDOLLEX30"},
    {"DOL100", "BSEDOLLEX100"},
    {"DOL200", "BSEDOLLEX200"},
    {"ENERGY", "BSEENERGY"},
    {"BSEFMC", "BSEFASTMOVINGCONSUMERGOODS"},
    {"FINSER", "BSEFINANCIALSERVICES"},
    {"GREENX", "BSEGREENEX"},
    {"BSEHC", "BSEHEALTHCARE"},
    {"INFRA", "BSEINDIAINFRASTRUCTUREINDEX"},
    {"INDSTR", "BSEINDUSTRIALS"},
    {"BSEIT", "BSEINFORMATIONTECHNOLOGY"},
    {"LRGCAP", "BSELARGECAP"},
    {"METAL", "BSEMETAL"},
    {"MIDCAP", "BSEMIDCAP"},
    {"MIDSEL", "BSEMIDCAPSELECTINDEX"},
    {"OILGAS", "BSEOIL&GAS"},
    {"POWER", "BSEPOWER"},
    {"REALTY", "BSEREALTY"},
    {"SMLCAP", "BSESMALLCAP"},
    {"SMLSEL", "BSESMALLCAPSELECTINDEX"},
    {"SMEIPO", "BSESMEIPO"},
    {"TECK", "BSETECK"},
    {"TELCOM", "BSETELECOM"},
};

template <std::size_t N>
std::string renamed(const Renamed (&table)[N], std::string symbol) {
  for (const Renamed& one : table)
    if (one.from == symbol) return std::string(one.to);
  return symbol;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string index_symbol(std::string_view exchange, std::string_view name) {
  constexpr std::string_view kBsePrefix = "S&P ";
  if (exchange == "BSE_INDEX" && name.starts_with(kBsePrefix)) name.remove_prefix(kBsePrefix.size());
  std::string symbol;
  for (const char c : name) {
    if (c == ' ' || c == '-') continue;
    symbol += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  if (exchange == "NSE_INDEX") return renamed(kNseIndices, std::move(symbol));
  return exchange == "BSE_INDEX" ? renamed(kBseIndices, std::move(symbol)) : symbol;
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
  if (text.size() != 9 || !is_digits(text.substr(0, 2)) || !is_digits(text.substr(5))) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(2, 3));
  const int day = (text[0] - '0') * 10 + (text[1] - '0');
  if (month == kMonths.end() || day < 1 || day > 31) return std::nullopt;
  char number[16];
  std::snprintf(number, sizeof number, "%02d", static_cast<int>(month - kMonths.begin()) + 1);
  return Expiry{std::string(text.substr(0, 5)) + std::string(text.substr(7)),
                std::string(text.substr(5)) + '-' + number + '-' + std::string(text.substr(0, 2))};
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  constexpr std::int64_t kMost = INT64_MAX / BGW_PRICE_SCALE - 1;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? "0" : text.substr(dot + 1);
  if (!is_digits(whole) || !is_digits(part) || whole.size() > 10 || part.size() > 9) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  if (value > kMost) return std::nullopt;
  for (std::size_t i = 0; i < 9; ++i) value = value * 10 + (i < part.size() ? part[i] - '0' : 0);
  return negative ? -value : value;
}

std::string strike_text(std::int64_t strike) {
  std::string text = std::to_string(strike / BGW_PRICE_SCALE);
  const std::int64_t rest = strike % BGW_PRICE_SCALE;
  if (rest == 0) return text;
  char decimals[16];
  std::snprintf(decimals, sizeof decimals, "%09lld", static_cast<long long>(rest));
  std::string_view part(decimals);
  while (part.back() == '0') part.remove_suffix(1);
  return text + '.' + std::string(part);
}

}  // namespace angel
