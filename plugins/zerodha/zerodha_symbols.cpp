#include "zerodha_symbols.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "bgw/abi.h"

namespace zerodha {
namespace {

struct Renamed {
  std::string_view from;
  std::string_view to;
};

// Names that more than losing blanks and hyphens tells from the standard ones.
constexpr Renamed kNseIndices[] = {
    {"NIFTY 50", "NIFTY"},       {"NIFTY NEXT 50", "NIFTYNXT50"},    {"NIFTY FIN SERVICE", "FINNIFTY"},
    {"NIFTY BANK", "BANKNIFTY"}, {"NIFTY MID SELECT", "MIDCPNIFTY"},
};

// The dump's words have changed over the years: both the older and the newer ones are here.
constexpr Renamed kBseIndices[] = {
    {"SNSX50", "SENSEX50"},
    {"SNXT50", "BSESENSEXNEXT50"},
    {"MID150", "BSE150MIDCAPINDEX"},
    {"LMI250", "BSE250LARGEMIDCAPINDEX"},
    {"MSL400", "BSE400MIDSMALLCAPINDEX"},
    {"AUTO", "BSEAUTO"},
    {"BSE CG", "BSECAPITALGOODS"},
    {"CARBON", "BSECARBONEX"},
    {"BSE CD", "BSECONSUMERDURABLES"},
    {"CPSE", "BSECPSE"},
    {"DOL30", "BSEDOLLEX30"},
    {"DOL100", "BSEDOLLEX100"},
    {"DOL200", "BSEDOLLEX200"},
    {"ENERGY", "BSEENERGY"},
    {"ENERGYINDEX", "BSEENERGY"},
    {"BSEFMC", "BSEFASTMOVINGCONSUMERGOODS"},
    {"FINSER", "BSEFINANCIALSERVICES"},
    {"GREENX", "BSEGREENEX"},
    {"BSE HC", "BSEHEALTHCARE"},
    {"INFRA", "BSEINDIAINFRASTRUCTUREINDEX"},
    {"INDSTR", "BSEINDUSTRIALS"},
    {"BSE IT", "BSEINFORMATIONTECHNOLOGY"},
    {"LRGCAP", "BSELARGECAP"},
    {"METAL", "BSEMETAL"},
    {"METALINDEX", "BSEMETAL"},
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
std::string_view renamed(const Renamed (&table)[N], std::string_view from) {
  const auto found = std::find_if(std::begin(table), std::end(table), [&](const Renamed& r) { return r.from == from; });
  return found == std::end(table) ? std::string_view{} : found->to;
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return out;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

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
  std::string_view known;
  if (exchange == "NSE_INDEX") known = renamed(kNseIndices, tradingsymbol);
  if (exchange == "BSE_INDEX") {
    known = renamed(kBseIndices, tradingsymbol);
    if (known.empty() && name.starts_with(kBsePrefix)) known = renamed(kBseIndices, name.substr(kBsePrefix.size()));
  }
  return known.empty() ? squeezed(tradingsymbol) : std::string(known);
}

std::optional<std::string> compact_expiry(std::string_view expiry) {
  constexpr std::array<const char*, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  if (expiry.size() != 10 || expiry[4] != '-' || expiry[7] != '-') return std::nullopt;
  const std::string_view year = expiry.substr(0, 4), month = expiry.substr(5, 2), day = expiry.substr(8, 2);
  if (!is_digits(year) || !is_digits(month) || !is_digits(day)) return std::nullopt;
  const int m = number(month), d = number(day);
  if (m < 1 || m > 12 || d < 1 || d > 31) return std::nullopt;
  return std::string(day) + kMonths[static_cast<std::size_t>(m - 1)] + std::string(year.substr(2));
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  constexpr std::int64_t kMost = INT64_MAX / BGW_PRICE_SCALE - 1;
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? "0" : text.substr(dot + 1);
  if (!is_digits(whole) || !is_digits(part) || whole.size() > 10 || part.size() > 9) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  if (value > kMost) return std::nullopt;
  for (std::size_t i = 0; i < 9; ++i) value = value * 10 + (i < part.size() ? part[i] - '0' : 0);
  return value;
}

std::string strike_text(std::int64_t strike) {
  std::string text = std::to_string(strike / BGW_PRICE_SCALE);
  std::int64_t rest = strike % BGW_PRICE_SCALE;
  if (rest == 0) return text;
  char decimals[16];
  std::snprintf(decimals, sizeof decimals, "%09lld", static_cast<long long>(rest));
  std::string_view part(decimals);
  while (part.back() == '0') part.remove_suffix(1);
  return text + '.' + std::string(part);
}

}  // namespace zerodha
