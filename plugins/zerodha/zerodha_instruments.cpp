#include "zerodha_instruments.hpp"

#include <array>
#include <charconv>
#include <exception>
#include <string>
#include <utility>

#include "bgw/expiry.hpp"
#include "bgw/rows.hpp"
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
  kNeeded,
  kExchangeToken = kNeeded,
  kColumns
};
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "instrument_token", "tradingsymbol",   "name",    "expiry",   "strike",        "tick_size",
    "lot_size",         "instrument_type", "segment", "exchange", "exchange_token"};

// Each column's index in this file, found by name, so that a further column or another order changes nothing. The index
// of a column that the file lacks is behind its last.
using Positions = std::array<std::size_t, kColumns>;

bgw_status complain(bgw_error* error, const std::string& text) {
  error->code = BGW_E_INVALID;
  std::snprintf(error->message, sizeof error->message, "%s", text.c_str());
  return BGW_E_INVALID;
}

std::string found(std::string_view column, std::string_view value, std::string_view expected) {
  return std::string(column) + ": found '" + std::string(value.substr(0, 60)) + "', expected " + std::string(expected);
}

class Reader {
 public:
  Reader(const CsvReader& csv, const Positions& positions, const bgw_instrument_sink& sink)
      : csv_(csv), positions_(positions), rows_(sink) {}

  // Takes one line: as a row, or as skipped with the reason.
  void take() {
    reason_.clear();
    bgw::Row row;
    if (make(row))
      rows_.take(std::move(row));
    else
      rows_.skip(row, reason_);
  }
  void finish() { rows_.finish(); }

 private:
  std::string_view at(Column column) const {
    const std::size_t position = positions_[column];
    return position < csv_.fields().size() ? std::string_view(csv_.fields()[position]) : std::string_view{};
  }
  bool bad(Column column, std::string_view expected) {
    reason_ = found(kColumnNames[column], at(column), expected);
    return false;
  }

  // Sets what is known of a share before anything refuses its row: see bgw::Rows::skip.
  bool make(bgw::Row& row) {
    row.place = csv_.line();
    row.exchange = standard_exchange(at(kExchange), at(kSegment));
    row.symbol = row.broker_symbol = at(kTradingsymbol);
    if (!csv_.problem().empty()) return reason_ = csv_.problem(), false;
    for (std::size_t column = 0; column < kNeeded; ++column)
      if (positions_[column] >= csv_.fields().size())
        return reason_ = "found " + std::to_string(csv_.fields().size()) + " columns, expected more", false;
    if (row.exchange.empty())
      return at(kSegment) == "INDICES" ? bad(kExchange, "for an index NSE, BSE, MCX, CDS, GLOBAL or NSEIX")
                                       : bad(kExchange, "NSE, BSE, NFO, BFO, CDS, BCD, MCX, NCO, GLOBAL or NSEIX");
    std::uint32_t token = 0;
    const std::string_view token_text = at(kToken);
    const auto [end, error] = std::from_chars(token_text.data(), token_text.data() + token_text.size(), token);
    if (error != std::errc{} || end != token_text.data() + token_text.size() || token == 0)
      return bad(kToken, "a whole number of 32 bits");
    if (at(kTradingsymbol).empty()) return bad(kTradingsymbol, "a name");
    row.token = std::to_string(token);
    row.broker_exchange = at(kExchange);
    row.name = at(kName);
    if (row.exchange.ends_with("_INDEX")) return set_sizes(row, false) && name_index(row);
    row.exchange_number = at(kExchangeToken);
    const std::string_view type = at(kType);
    if (type != "EQ" && type != "FUT" && type != "CE" && type != "PE") return bad(kType, "EQ, FUT, CE or PE");
    row.type = type;
    return type == "EQ" ? set_sizes(row, false) : set_sizes(row, true) && name_derivative(row);
  }

  // An index or a bond often has no lot size and no tick size.
  bool set_sizes(bgw::Row& row, bool derivative) {
    const auto lot = bgw::parse_decimal(at(kLotSize));
    if (!lot && (derivative || !at(kLotSize).empty())) return bad(kLotSize, derivative ? "1 or more" : "0 or more");
    if (derivative && *lot % BGW_PRICE_SCALE != 0) return bad(kLotSize, "a whole number");
    row.lot_size = lot.value_or(0) / BGW_PRICE_SCALE;
    if (derivative && row.lot_size < 1) return bad(kLotSize, "1 or more");
    const auto tick_size = bgw::parse_decimal(at(kTickSize));
    if (!tick_size && derivative && !at(kTickSize).empty()) return bad(kTickSize, "a decimal");
    row.tick_size = tick_size.value_or(0);
    return true;
  }

  bool name_index(bgw::Row& row) {
    row.type = "INDEX";
    row.symbol = index_symbol(row.exchange, at(kTradingsymbol), at(kName));
    return true;
  }

  // Makes the symbol from name, expiry and strike, never from the trading symbol, whose forms differ.
  bool name_derivative(bgw::Row& row) {
    const auto expiry = bgw::parse_expiry(at(kExpiry));
    if (!expiry) return bad(kExpiry, "a date, like 2026-10-27");
    row.expiry = expiry->date;
    // Older lists leave the name of options empty.
    row.symbol = at(kName).empty() ? at(kTradingsymbol) : at(kName);
    row.symbol += expiry->compact;
    if (row.type != "FUT") {
      const auto strike = bgw::parse_decimal(at(kStrike));
      if (!strike || *strike == 0) return bad(kStrike, "a decimal above 0");
      row.strike = *strike;
      row.symbol += bgw::strike_text(row.strike);
    }
    row.symbol += row.type;
    return true;
  }

  const CsvReader& csv_;
  const Positions& positions_;
  bgw::Rows rows_;
  std::string reason_;
};

bgw_status find_columns(const CsvReader& csv, Positions& positions, bgw_error* error) {
  for (std::size_t column = 0; column < kColumns; ++column) {
    positions[column] = csv.fields().size();
    for (std::size_t i = 0; i < csv.fields().size(); ++i)
      if (csv.fields()[i] == kColumnNames[column]) positions[column] = i;
    if (column < kNeeded && positions[column] == csv.fields().size())
      return complain(error, "line " + std::to_string(csv.line()) + ": found a header without the column " +
                                 std::string(kColumnNames[column]) + ", expected Kite's instrument list (CSV)");
  }
  return BGW_OK;
}

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
  try {
    CsvReader csv(*source);
    if (!csv.next()) return complain(error, "found an empty file, expected Kite's instrument list (CSV)");
    Positions positions{};
    if (const bgw_status status = find_columns(csv, positions, error); status != BGW_OK) return status;
    Reader reader(csv, positions, *sink);
    while (csv.next()) reader.take();
    reader.finish();
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
                                                   "X-Kite-Version: 3\nAuthorization: token {api_key}:{access_token}",
                                                   "line",
                                                   nullptr,
                                                   nullptr};
  return &kInstruments;
}

}  // namespace zerodha
