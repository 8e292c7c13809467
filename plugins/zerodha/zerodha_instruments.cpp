#include "zerodha_instruments.hpp"

#include <array>
#include <charconv>
#include <exception>
#include <new>
#include <string>

#include "bgw/symbols.hpp"
#include "csv_reader.hpp"
#include "zerodha_symbols.hpp"

namespace zerodha {
namespace {

enum Column {
  kToken,
  kTradingsymbol,
  kName,
  kExpiry,
  kStrike,
  kTickSize,
  kLotSize,
  kType,
  kSegment,
  kExchange,
  kColumns
};
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "instrument_token", "tradingsymbol",   "name",    "expiry",  "strike", "tick_size",
    "lot_size",         "instrument_type", "segment", "exchange"};

// Where each column stands in this file: found by name, so that a column more or another order
// changes nothing.
using Places = std::array<std::size_t, kColumns>;

bgw_status complain(bgw_error* error, const std::string& text) {
  error->code = BGW_E_INVALID;
  std::snprintf(error->message, sizeof error->message, "%s", text.c_str());
  return BGW_E_INVALID;
}

std::string found(std::string_view column, std::string_view value, std::string_view expected) {
  return std::string(column) + ": found '" + std::string(value.substr(0, 60)) + "', expected " + std::string(expected);
}

class Rows {
 public:
  Rows(const CsvReader& csv, const Places& places, const bgw_instrument_sink& sink)
      : csv_(csv), places_(places), sink_(sink) {}

  // One line: a row, or the reason why it is none.
  void take() {
    reason_.clear();
    if (!make()) sink_.skip(sink_.context, csv_.line(), reason_.c_str());
  }

 private:
  std::string_view at(Column column) const { return csv_.fields()[places_[column]]; }
  bool bad(Column column, std::string_view expected) {
    reason_ = found(kColumnNames[column], at(column), expected);
    return false;
  }

  bool make() {
    if (!csv_.problem().empty()) return reason_ = csv_.problem(), false;
    for (const std::size_t place : places_)
      if (place >= csv_.fields().size())
        return reason_ = "found " + std::to_string(csv_.fields().size()) + " columns, expected more", false;
    const std::string_view exchange = standard_exchange(at(kExchange), at(kSegment));
    if (exchange.empty()) return bad(kExchange, "NSE, BSE, NFO, BFO, CDS, BCD, MCX, NCO, GLOBAL or NSEIX");
    std::uint32_t token = 0;
    const std::string_view token_text = at(kToken);
    const auto [end, error] = std::from_chars(token_text.data(), token_text.data() + token_text.size(), token);
    if (error != std::errc{} || end != token_text.data() + token_text.size() || token == 0)
      return bad(kToken, "a whole number of 32 bits");
    if (at(kTradingsymbol).empty()) return bad(kTradingsymbol, "a name");
    const auto strike = bgw::parse_decimal(at(kStrike));
    if (!strike) return bad(kStrike, "a decimal");
    const auto tick_size = bgw::parse_decimal(at(kTickSize));
    if (!tick_size) return bad(kTickSize, "a decimal");
    const auto lot_size = bgw::parse_decimal(at(kLotSize));
    if (!lot_size) return bad(kLotSize, "a number");
    return name_it(exchange, *strike) && hand_over(exchange, *strike, *tick_size, *lot_size / BGW_PRICE_SCALE);
  }

  // Never from the trading symbol of a derivative, whose forms differ: from expiry and strike.
  bool name_it(std::string_view exchange, std::int64_t strike) {
    const std::string_view type = at(kType);
    if (exchange.ends_with("_INDEX")) {
      type_ = "INDEX";
      symbol_ = index_symbol(exchange, at(kTradingsymbol), at(kName));
      return true;
    }
    type_ = type;
    if (type == "EQ") {
      symbol_ = at(kTradingsymbol);
      return true;
    }
    if (type != "FUT" && type != "CE" && type != "PE") return bad(kType, "EQ, FUT, CE or PE");
    const auto expiry = compact_expiry(at(kExpiry));
    if (!expiry) return bad(kExpiry, "a date, like 2026-10-27");
    // Older lists leave the name of options empty.
    symbol_ = at(kName).empty() ? at(kTradingsymbol) : at(kName);
    symbol_ += *expiry;
    if (type != "FUT") symbol_ += bgw::strike_text(strike);
    symbol_ += type;
    return true;
  }

  bool hand_over(std::string_view exchange, std::int64_t strike, std::int64_t tick_size, std::int64_t lot_size) {
    const auto& fields = csv_.fields();
    bgw_instrument row{};
    row.size = sizeof row;
    row.line = csv_.line();
    row.symbol = symbol_.c_str();
    row.exchange = exchange.data();  // a literal
    row.broker_symbol = fields[places_[kTradingsymbol]].c_str();
    row.broker_exchange = fields[places_[kExchange]].c_str();
    row.token = fields[places_[kToken]].c_str();
    row.name = fields[places_[kName]].c_str();
    row.instrument_type = type_.c_str();
    row.expiry = fields[places_[kExpiry]].c_str();
    row.strike = strike;
    row.tick_size = tick_size;
    row.lot_size = lot_size;
    sink_.row(sink_.context, &row);
    return true;
  }

  const CsvReader& csv_;
  const Places& places_;
  const bgw_instrument_sink& sink_;
  std::string symbol_;
  std::string type_;
  std::string reason_;
};

bgw_status find_columns(const CsvReader& csv, Places& places, bgw_error* error) {
  for (std::size_t column = 0; column < kColumns; ++column) {
    places[column] = csv.fields().size();
    for (std::size_t i = 0; i < csv.fields().size(); ++i)
      if (csv.fields()[i] == kColumnNames[column]) places[column] = i;
    if (places[column] == csv.fields().size())
      return complain(error, "line " + std::to_string(csv.line()) + ": found a header without the column " +
                                 std::string(kColumnNames[column]) + ", expected Kite's instrument list (CSV)");
  }
  return BGW_OK;
}

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
  try {
    CsvReader csv(*source);
    if (!csv.next()) return complain(error, "found an empty file, expected Kite's instrument list (CSV)");
    Places places{};
    if (const bgw_status status = find_columns(csv, places, error); status != BGW_OK) return status;
    Rows rows(csv, places, *sink);
    while (csv.next()) rows.take();
    return BGW_OK;
  } catch (const std::exception& e) {
    return complain(error, e.what());
  }
}

}  // namespace

const bgw_instruments* instruments_extension() {
  // kite.trade/docs/connect/v3/market-quotes, "Instruments": gzip, made anew each morning, asks for the login.
  static constexpr bgw_instruments kInstruments = {sizeof(bgw_instruments),
                                                   0,
                                                   parse,
                                                   nullptr,
                                                   "{instruments_url}",
                                                   "X-Kite-Version: 3\nAuthorization: token {api_key}:{access_token}"};
  return &kInstruments;
}

}  // namespace zerodha
