// SPDX-License-Identifier: Apache-2.0
// bgw/symbols.hpp - makes standard symbols, for plugins that turn their broker's instrument list into rows. An
// instrument must have one symbol whichever broker lists it: subscriptions move between brokers by symbol.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bgw/abi.h"
#include "bgw/decimal.hpp"

namespace bgw {

inline bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether `text` is a date of the calendar, like "2026-02-28".
inline bool is_date(std::string_view text) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [text](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 0 || month < 1 || month > 12) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day >= 1 && day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

// A decimal number without sign or exponent, in 1e-9. Nothing: `text` is something else, needs more than nine decimals,
// or does not fit.
inline std::optional<std::int64_t> parse_decimal(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  return decimal(text, BGW_PRICE_EXPONENT);
}

// A strike in 1e-9 as symbols write it: "24400", "292.5".
inline std::string strike_text(std::int64_t strike) {
  std::string text = std::to_string(strike / BGW_PRICE_SCALE);
  const std::int64_t rest = strike % BGW_PRICE_SCALE;
  if (rest == 0) return text;
  char decimals[16];
  std::snprintf(decimals, sizeof decimals, "%09lld", static_cast<long long>(rest));
  std::string_view part(decimals);
  while (part.back() == '0') part.remove_suffix(1);
  return text + '.' + std::string(part);
}

// Whether a share's spelling ends with its series, as "20MICRONS-BE" or "782GJ32-SG".
inline bool has_series(std::string_view spelling) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  const std::size_t size = spelling.size();
  return size > 3 && spelling[size - 3] == '-' && letter(spelling[size - 2]) && letter(spelling[size - 1]);
}

// Gives the shares of NSE their symbols. Brokers write the series behind the name ("20MICRONS-BE"); some leave EQ out.
// The ordinary share is the listing in EQ, or else in SM, BE, BZ or ST. Its symbol is the name alone, so that it stays
// the same when the exchange moves the share between these series. All other listings keep their series in the symbol:
// further ones in these series, blocks, odd lots, rights, debentures, funds, bonds, state loans. Source: nseindia.com,
// "Legend of Series".
class ShareNames {
 public:
  // Notes a share, in its broker's spelling. Call it for every share of the list before the first symbol().
  void note(std::string_view spelling) {
    const Listing listing = listing_of(spelling);
    const auto [best, fresh] = best_.try_emplace(std::string(listing.name), listing.rank);
    if (!fresh) best->second = std::min(best->second, listing.rank);
  }
  std::string symbol(std::string_view spelling) const {
    const Listing listing = listing_of(spelling);
    const auto best = best_.find(std::string(listing.name));
    const bool ordinary = best == best_.end() || best->second == listing.rank;
    return std::string(ordinary ? listing.name : spelling);
  }

 private:
  struct Listing {
    std::string_view name;
    int rank;
  };
  static Listing listing_of(std::string_view spelling) {
    constexpr std::string_view kOrdinary[] = {"-EQ", "-SM", "-BE", "-BZ", "-ST"};
    for (std::size_t i = 0; i < std::size(kOrdinary); ++i)
      if (spelling.size() > kOrdinary[i].size() && spelling.ends_with(kOrdinary[i]))
        return {spelling.substr(0, spelling.size() - kOrdinary[i].size()), static_cast<int>(i)};
    return {spelling, 0};
  }

  std::unordered_map<std::string, int> best_;  // by name: the rank of its best series in the list
};

// An index's name as its symbol is written: upper case, without blanks and hyphens.
inline std::string squeezed(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '-') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return out;
}

// The symbol of an index that an exchange's list calls by another name. `name` is squeezed. Empty: the tables do not
// have the name.
inline std::string_view renamed_index(std::string_view exchange, std::string_view name) {
  struct Renamed {
    std::string_view from;
    std::string_view to;
  };
  constexpr Renamed kNse[] = {
      {"NIFTY50", "NIFTY"},          {"NIFTYBANK", "BANKNIFTY"},       {"NIFTYFINSERVICE", "FINNIFTY"},
      {"NIFTYNEXT50", "NIFTYNXT50"}, {"NIFTYMIDSELECT", "MIDCPNIFTY"}, {"NIFTYMIDCAPSELECT", "MIDCPNIFTY"},
  };
  // Short names have changed over the years: both the older and the newer ones are here.
  constexpr Renamed kBse[] = {
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
      {"ENERGYINDEX", "BSEENERGY"},
      {"BSEFMC", "BSEFASTMOVINGCONSUMERGOODS"},
      {"FINSER", "BSEFINANCIALSERVICES"},
      {"GREENX", "BSEGREENEX"},
      {"BSEHC", "BSEHEALTHCARE"},
      {"INFRA", "BSEINDIAINFRASTRUCTUREINDEX"},
      {"INDSTR", "BSEINDUSTRIALS"},
      {"BSEIT", "BSEINFORMATIONTECHNOLOGY"},
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
  const auto look = [name](const Renamed* begin, const Renamed* end) {
    const Renamed* found = std::find_if(begin, end, [name](const Renamed& r) { return r.from == name; });
    return found == end ? std::string_view{} : found->to;
  };
  if (exchange == "NSE_INDEX") return look(std::begin(kNse), std::end(kNse));
  if (exchange == "BSE_INDEX") return look(std::begin(kBse), std::end(kBse));
  return {};
}

}  // namespace bgw
