#include "tools/broker_sim/kite_list.hpp"

#include <algorithm>

namespace sim {
namespace {

constexpr std::string_view kHeader =
    "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,"
    "segment,exchange\n";

// The last byte of a token.
std::uint32_t segment_number(const Instrument& i) {
  constexpr struct {
    std::string_view exchange;
    std::uint32_t number;
  } kNumbers[] = {{"NSE", 1}, {"NFO", 2}, {"CDS", 3}, {"BSE", 4}, {"BFO", 5}, {"BCD", 6}, {"MCX", 7}, {"NCO", 12}};
  if (i.kind == Kind::index) return 9;
  for (const auto& known : kNumbers)
    if (known.exchange == i.exchange) return known.number;
  return 0;
}

std::string segment_name(const Instrument& i) {
  switch (i.kind) {
    case Kind::share:
      return i.exchange;
    case Kind::index:
      return "INDICES";
    case Kind::future:
      return i.exchange + "-FUT";
    default:
      return i.exchange + "-OPT";
  }
}

const char* type_of(Kind kind) {
  constexpr const char* kTypes[] = {"EQ", "EQ", "FUT", "CE", "PE"};
  return kTypes[static_cast<std::size_t>(kind)];
}

// NIFTY26DECFUT, NIFTY26DEC24400CE
std::string trading_symbol(const Instrument& i) {
  if (i.kind == Kind::share || i.kind == Kind::index) return i.symbol;
  return i.symbol + year_in_two_digits(i.expiry) + month_name(i.expiry) +
         (i.kind == Kind::future ? "" : strike_text(i.strike)) + type_of(i.kind);
}

std::string date_of(const Instrument& i) {
  if (i.kind == Kind::share || i.kind == Kind::index) return "";
  return std::to_string(static_cast<int>(i.expiry.year())) + '-' + two_digits(static_cast<unsigned>(i.expiry.month())) +
         '-' + two_digits(static_cast<unsigned>(i.expiry.day()));
}

// Rupees without zeros at the end, as the list has them.
std::string tick_text(std::int64_t ten_thousandths) {
  std::string text = std::to_string(10'000 + ten_thousandths % 10'000).substr(1);
  text.erase(text.find_last_not_of('0') + 1);
  return std::to_string(ten_thousandths / 10'000) + (text.empty() ? "" : '.' + text);
}

}  // namespace

std::string kite_list(const std::vector<Instrument>& instruments) {
  std::string list(kHeader);
  for (const Instrument& i : instruments) {
    const bool has_no_lot = i.kind == Kind::index && i.exchange != "MCX";
    list += std::to_string(i.number << 8 | segment_number(i)) + ',' + std::to_string(i.number) + ',' +
            trading_symbol(i) + ",\"" + i.name + "\",0," + date_of(i) + ',' + strike_text(i.strike) + ',' +
            tick_text(i.tick) + ',' + std::to_string(has_no_lot ? 0 : i.lot) + ',' + type_of(i.kind) + ',' +
            segment_name(i) + ',' + i.exchange + '\n';
  }
  return list;
}

std::int64_t rows_in_kite_list(std::string_view list) {
  const auto lines = std::count(list.begin(), list.end(), '\n') + (list.empty() || list.back() == '\n' ? 0 : 1);
  return std::max<std::int64_t>(0, lines - 1);
}

}  // namespace sim
