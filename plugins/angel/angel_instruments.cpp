#include "angel_instruments.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <unordered_set>
#include <vector>

#include "angel_exchanges.hpp"
#include "angel_symbols.hpp"
#include "angel_wire.hpp"
#include "bgw/symbols.hpp"
#include "json_rows.hpp"

namespace angel {
namespace {

enum Key { kToken, kSymbol, kName, kExpiry, kStrike, kLotSize, kType, kSegment, kTickSize, kKeys };
constexpr std::array<std::string_view, kKeys> kKeyNames = {
    "token", "symbol", "name", "expiry", "strike", "lotsize", "instrumenttype", "exch_seg", "tick_size"};
constexpr const char* kExpected = ", expected Angel's ScripMaster (a JSON list of objects)";

// A row as the sink wants it, with texts of its own.
struct Made {
  std::uint64_t line = 0;
  std::string symbol, exchange, broker_symbol, broker_exchange, token, name, type, expiry;
  std::int64_t strike = 0;
  std::int64_t tick_size = 0;
  std::int64_t lot_size = 0;
  bool second_choice = false;
};

class Rows {
 public:
  explicit Rows(const bgw_instrument_sink& sink) : sink_(sink) {}

  void take(const JsonRow& row) {
    row_ = &row;
    reason_.clear();
    Made made;
    if (!make(made)) {
      const std::string reason = "row " + std::to_string(row.number) + ": " + reason_;
      sink_.skip(sink_.context, row.line, reason.c_str());
    } else if (made.second_choice) {
      waiting_.push_back(std::move(made));
    } else {
      if (made.type == "EQ") shares_.insert(made.exchange + '\n' + made.symbol);
      hand_over(made);
    }
  }

  // One share may be listed in two series: the ordinary one goes first, whatever the file's order.
  void finish() {
    for (const Made& made : waiting_) {
      if (shares_.insert(made.exchange + '\n' + made.symbol).second) {
        hand_over(made);
        continue;
      }
      const std::string reason = "symbol: found " + made.broker_symbol + ", and " + made.symbol + " in another series";
      sink_.skip(sink_.context, made.line, reason.c_str());
    }
  }

 private:
  const std::string& at(Key key) const { return row_->values[key]; }
  bool bad(Key key, std::string_view expected) {
    reason_ =
        std::string(kKeyNames[key]) + ": found '" + at(key).substr(0, 60) + "', expected " + std::string(expected);
    return false;
  }

  bool make(Made& made) {
    if (!row_->is_flat) return reason_ = "found an object or a list within the row, expected values only", false;
    const bool is_index = at(kType) == "AMXIDX";
    made.exchange = standard_exchange(at(kSegment), is_index);
    if (made.exchange.empty())
      return bad(kSegment, is_index ? "NSE, BSE or MCX" : "NSE, BSE, NFO, BFO, MCX, CDS or NCDEX");
    std::uint64_t token = 0;
    if (!parse_token(at(kToken).data(), at(kToken).size(), token)) return bad(kToken, "a number");
    if (at(kSymbol).empty()) return bad(kSymbol, "a name");
    const auto lot = parse_signed_decimal(at(kLotSize));
    if (!lot || *lot < BGW_PRICE_SCALE) return bad(kLotSize, "1 or more");
    made.line = row_->line;
    made.lot_size = *lot / BGW_PRICE_SCALE;
    made.broker_symbol = at(kSymbol);
    made.broker_exchange = at(kSegment);
    made.token = std::to_string(token);
    made.name = at(kName);
    return set_prices(made) && name_it(made, is_index);
  }

  // Hundredths; strikes of currency options 1e-7, their tick sizes either, told by magnitude.
  bool set_prices(Made& made) {
    const bool currency = at(kSegment) == "CDS";
    const auto strike = parse_signed_decimal(at(kStrike));
    if (!strike) return bad(kStrike, "a decimal");
    made.strike = *strike <= 0 ? 0 : *strike / (currency && at(kType).starts_with("OPT") ? 10'000'000 : 100);
    const auto tick = parse_signed_decimal(at(kTickSize));
    if (!tick || *tick < 0) return bad(kTickSize, "a decimal");
    made.tick_size = *tick / (currency && *tick > 1000 * BGW_PRICE_SCALE ? 10'000'000 : 100);
    return true;
  }

  bool name_it(Made& made, bool is_index) {
    const std::string_view type = at(kType);
    if (is_index) {
      made.type = "INDEX";
      made.symbol = index_symbol(made.exchange, at(kName).empty() ? at(kSymbol) : at(kName));
      return !made.symbol.empty() || bad(kName, "a name");
    }
    if (type.empty() && (made.exchange == "NSE" || made.exchange == "BSE")) {
      ShareName share = share_symbol(at(kSymbol));
      made.type = "EQ";
      made.symbol = std::move(share.symbol);
      made.second_choice = share.second_choice;
      return true;
    }
    const bool future = type.starts_with("FUT");
    if (!future && !type.starts_with("OPT")) return bad(kType, "one of shares, indices, FUT… or OPT…");
    const auto expiry = parse_expiry(at(kExpiry));
    if (!expiry) return bad(kExpiry, "a date, like 28OCT2026");
    if (at(kName).empty()) return bad(kName, "the underlying");
    made.expiry = expiry->date;
    const std::string_view symbol = at(kSymbol);
    made.type = future ? "FUT" : std::string(symbol.substr(symbol.size() < 2 ? 0 : symbol.size() - 2));
    if (!future && made.type != "CE" && made.type != "PE") return bad(kSymbol, "one that ends in CE or PE");
    if (!future && made.strike == 0) return bad(kStrike, "more than 0");
    // Of names, expiries and strikes, and not from the trading symbol, whose forms differ.
    made.symbol = at(kName) + expiry->compact + (future ? "" : bgw::strike_text(made.strike)) + made.type;
    return true;
  }

  void hand_over(const Made& made) const {
    bgw_instrument row{};
    row.size = sizeof row;
    row.line = made.line;
    row.symbol = made.symbol.c_str();
    row.exchange = made.exchange.c_str();
    row.broker_symbol = made.broker_symbol.c_str();
    row.broker_exchange = made.broker_exchange.c_str();
    row.token = made.token.c_str();
    row.name = made.name.c_str();
    row.instrument_type = made.type.c_str();
    row.expiry = made.expiry.c_str();
    row.strike = made.strike;
    row.tick_size = made.tick_size;
    row.lot_size = made.lot_size;
    sink_.row(sink_.context, &row);
  }

  const bgw_instrument_sink& sink_;
  const JsonRow* row_ = nullptr;
  std::string reason_;
  std::unordered_set<std::string> shares_;
  std::vector<Made> waiting_;
};

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
  std::string problem;
  try {
    Rows rows(*sink);
    problem = read_rows(*source, kKeyNames, [&rows](const JsonRow& row) { rows.take(row); });
    if (problem.empty()) {
      rows.finish();
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
  static constexpr bgw_instruments kInstruments = {sizeof(bgw_instruments), 0,      parse, nullptr,
                                                   "{instruments_url}",     nullptr};
  return &kInstruments;
}

}  // namespace angel
