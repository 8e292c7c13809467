#include "angel_instruments.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include "angel_exchanges.hpp"
#include "angel_symbols.hpp"
#include "angel_wire.hpp"
#include "bgw/expiry.hpp"
#include "bgw/rows.hpp"
#include "bgw/symbols.hpp"
#include "json_rows.hpp"

namespace angel {
namespace {

enum Key { kToken, kSymbol, kName, kExpiry, kStrike, kLotSize, kType, kSegment, kTickSize, kKeys };
constexpr std::array<std::string_view, kKeys> kKeyNames = {
    "token", "symbol", "name", "expiry", "strike", "lotsize", "instrumenttype", "exch_seg", "tick_size"};
constexpr const char* kExpected = ", expected Angel's ScripMaster (a JSON list of objects)";

class Reader {
 public:
  explicit Reader(const bgw_instrument_sink& sink) : rows_(sink) {}

  void take(const JsonRow& row) {
    row_ = &row;
    reason_.clear();
    bgw::Row made;
    if (make(made)) return rows_.take(std::move(made));
    rows_.skip(made, reason_);
  }
  void finish() { rows_.finish(); }

 private:
  enum class Kind { kShare, kIndex, kFuture, kOption };

  const std::string& at(Key key) const { return row_->values[key]; }
  bool bad(Key key, std::string_view expected) {
    reason_ =
        std::string(kKeyNames[key]) + ": found '" + at(key).substr(0, 60) + "', expected " + std::string(expected);
    return false;
  }

  // Sets what is known of a share before anything refuses its row: see bgw::Rows::skip.
  bool make(bgw::Row& made) {
    const std::string_view type = at(kType);
    const bool is_index = type == "AMXIDX";
    made.place = row_->number;
    made.exchange = standard_exchange(at(kSegment), is_index);
    made.symbol = made.broker_symbol = at(kSymbol);
    if (!row_->is_flat) return reason_ = "found an object or a list within the row, expected values only", false;
    if (made.exchange.empty())
      return bad(kSegment, is_index ? "NSE, BSE or MCX" : "NSE, BSE, NFO, BFO, MCX, CDS or NCDEX");
    Kind kind = Kind::kIndex;
    if (type.empty() && (made.exchange == "NSE" || made.exchange == "BSE"))
      kind = Kind::kShare;
    else if (type.starts_with("FUT"))
      kind = Kind::kFuture;
    else if (type.starts_with("OPT"))
      kind = Kind::kOption;
    else if (!is_index)
      return bad(kType, "nothing (a share), AMXIDX (an index), FUT… or OPT…");
    std::uint64_t token = 0;
    if (!parse_token(at(kToken).data(), at(kToken).size(), token)) return bad(kToken, "a number");
    if (at(kSymbol).empty()) return bad(kSymbol, "a name");
    made.broker_exchange = at(kSegment);
    made.token = std::to_string(token);
    made.name = at(kName);
    // The token is the exchange's own number, except for indices, which Angel numbers itself.
    if (!is_index) made.exchange_number = made.token;
    return set_sizes(made, kind) && name_it(made, kind);
  }

  // Strikes and tick sizes are in hundredths. With currencies strikes are in 1e-7, and tick sizes in either, told apart
  // by magnitude. An index or a bond may have no lot size and no tick size.
  bool set_sizes(bgw::Row& made, Kind kind) {
    const bool currency = at(kSegment) == "CDS";
    const bool derivative = kind == Kind::kFuture || kind == Kind::kOption;
    const auto lot = bgw::parse_decimal(at(kLotSize));
    if (!lot && (derivative || !at(kLotSize).empty())) return bad(kLotSize, derivative ? "1 or more" : "0 or more");
    if (derivative && *lot % BGW_PRICE_SCALE != 0) return bad(kLotSize, "a whole number");
    made.lot_size = lot.value_or(0) / BGW_PRICE_SCALE;
    if (derivative && made.lot_size < 1) return bad(kLotSize, "1 or more");
    const auto tick = bgw::parse_decimal(at(kTickSize));
    if (!tick && derivative && !at(kTickSize).empty()) return bad(kTickSize, "a decimal");
    made.tick_size = tick.value_or(0) / (currency && tick.value_or(0) > 1000 * BGW_PRICE_SCALE ? 10'000'000 : 100);
    if (kind != Kind::kOption) return true;
    const auto strike = bgw::parse_decimal(at(kStrike));
    if (!strike || *strike == 0) return bad(kStrike, "a decimal above 0");
    made.strike = *strike / (currency ? 10'000'000 : 100);
    return true;
  }

  bool name_it(bgw::Row& made, Kind kind) {
    if (kind == Kind::kIndex) {
      made.type = "INDEX";
      made.symbol = index_symbol(made.exchange, at(kName).empty() ? at(kSymbol) : at(kName));
      return !made.symbol.empty() || bad(kName, "a name");
    }
    if (kind == Kind::kShare) {
      made.type = "EQ";
      return true;
    }
    const auto expiry = bgw::parse_expiry(at(kExpiry));
    if (!expiry) return bad(kExpiry, "a date, like 28OCT2026");
    if (at(kName).empty()) return bad(kName, "the underlying");
    made.expiry = expiry->date;
    const std::string_view symbol = at(kSymbol);
    made.type = kind == Kind::kFuture ? "FUT" : std::string(symbol.substr(symbol.size() < 2 ? 0 : symbol.size() - 2));
    if (kind == Kind::kOption && made.type != "CE" && made.type != "PE")
      return bad(kSymbol, "a symbol that ends in CE or PE");
    // Made from name, expiry and strike, not from the trading symbol, whose forms differ.
    made.symbol =
        at(kName) + expiry->compact + (kind == Kind::kFuture ? "" : bgw::strike_text(made.strike)) + made.type;
    return true;
  }

  bgw::Rows rows_;
  const JsonRow* row_ = nullptr;
  std::string reason_;
};

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
  std::string problem;
  try {
    Reader reader(*sink);
    problem = read_rows(*source, kKeyNames, [&reader](const JsonRow& row) { reader.take(row); });
    if (problem.empty()) {
      reader.finish();
      return BGW_OK;
    }
    problem += kExpected;
  } catch (const std::exception& e) {
    problem = e.what();
  }
  error->code = BGW_E_INVALID;
  std::snprintf(error->message, sizeof error->message, "%s", problem.c_str());
  return BGW_E_INVALID;
}

}  // namespace

const bgw_instruments* instruments_extension() {
  static constexpr bgw_instruments kInstruments = {
      sizeof(bgw_instruments), 0, parse, nullptr, "{instruments_url}", nullptr, "row", nullptr, nullptr};
  return &kInstruments;
}

}  // namespace angel
