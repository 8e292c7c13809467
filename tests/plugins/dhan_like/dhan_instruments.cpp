#include "dhan_instruments.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/rows.hpp"
#include "bgw/symbols.hpp"

namespace dhan_like {
namespace {

enum Column {
  kExchange,
  kSecurityId,
  kInstrument,
  kTradingSymbol,
  kLot,
  kExpiry,
  kStrike,
  kOption,
  kTick,
  kSeries,
  kColumns
};
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "SEM_EXM_EXCH_ID", "SEM_SMST_SECURITY_ID", "SEM_INSTRUMENT_NAME", "SEM_TRADING_SYMBOL", "SEM_LOT_UNITS",
    "SEM_EXPIRY_DATE", "SEM_STRIKE_PRICE",     "SEM_OPTION_TYPE",     "SEM_TICK_SIZE",      "SEM_SERIES"};

// What one pair of SEM_EXM_EXCH_ID and SEM_INSTRUMENT_NAME means.
struct Kind {
  std::string_view exchange, instrument;
  const char *standard, *segment, *type;
};
constexpr Kind kKinds[] = {
    {"NSE", "EQUITY", "NSE", "NSE_EQ", "EQ"},        {"NSE", "INDEX", "NSE_INDEX", "IDX_I", "INDEX"},
    {"NSE", "FUTIDX", "NFO", "NSE_FNO", "FUT"},      {"NSE", "FUTSTK", "NFO", "NSE_FNO", "FUT"},
    {"NSE", "OPTIDX", "NFO", "NSE_FNO", "OPT"},      {"NSE", "OPTSTK", "NFO", "NSE_FNO", "OPT"},
    {"NSE", "FUTCUR", "CDS", "NSE_CURRENCY", "FUT"}, {"NSE", "OPTCUR", "CDS", "NSE_CURRENCY", "OPT"},
    {"BSE", "EQUITY", "BSE", "BSE_EQ", "EQ"},        {"BSE", "INDEX", "BSE_INDEX", "IDX_I", "INDEX"},
    {"BSE", "FUTIDX", "BFO", "BSE_FNO", "FUT"},      {"BSE", "FUTSTK", "BFO", "BSE_FNO", "FUT"},
    {"BSE", "OPTIDX", "BFO", "BSE_FNO", "OPT"},      {"BSE", "OPTSTK", "BFO", "BSE_FNO", "OPT"},
};

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0;;) {
    const std::size_t comma = line.find(',', at);
    fields.push_back(line.substr(at, comma - at));
    if (comma == line.npos) return fields;
    at = comma + 1;
  }
}

std::string found(Column column, std::string_view value, std::string_view expected) {
  return std::string(kColumnNames[column]) + ": found '" + std::string(value.substr(0, 60)) + "', expected " +
         std::string(expected);
}

// 2026-10-27 as symbols write it: 27OCT26.
std::string compact(std::string_view date) {
  constexpr std::string_view kMonths = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
  const auto month = static_cast<std::size_t>((date[5] - '0') * 10 + (date[6] - '0') - 1);
  return std::string(date.substr(8, 2)) + std::string(kMonths.substr(month * 3, 3)) + std::string(date.substr(2, 2));
}

// The name before the last `parts` hyphens: NIFTY of NIFTY-Oct2026-FUT. Empty: there are fewer.
std::string_view base_of(std::string_view symbol, int parts) {
  for (; parts > 0; --parts) {
    const std::size_t hyphen = symbol.rfind('-');
    if (hyphen == symbol.npos) return {};
    symbol = symbol.substr(0, hyphen);
  }
  return symbol;
}

class Reader {
 public:
  explicit Reader(const bgw_instrument_sink& sink) : rows_(sink) {}

  // The reason why the file cannot be read; empty: it can.
  std::string header(std::string_view line) {
    const std::vector<std::string_view> names = fields_of(line);
    for (std::size_t column = 0; column < kColumns; ++column) {
      std::size_t at = 0;
      while (at < names.size() && names[at] != kColumnNames[column]) ++at;
      if (at == names.size())
        return "first line: found no column " + std::string(kColumnNames[column]) + ", expected Dhan's scrip master";
      columns_[column] = at;
    }
    width_ = names.size();
    return {};
  }
  void line(std::string_view line, std::uint64_t number) {
    bgw::Row row;
    row.place = number;
    fields_ = fields_of(line);
    const std::string reason = make(row);
    if (reason.empty())
      rows_.take(std::move(row));
    else
      rows_.skip(row, reason);
  }
  void finish() { rows_.finish(); }

 private:
  std::string_view field(Column column) const { return fields_[columns_[column]]; }

  std::string make(bgw::Row& row) {
    if (fields_.size() != width_)
      return "found " + std::to_string(fields_.size()) + " fields, expected " + std::to_string(width_);
    const Kind* kind = nullptr;
    for (const Kind& known : kKinds)
      if (field(kExchange) == known.exchange && field(kInstrument) == known.instrument) kind = &known;
    if (kind == nullptr) return found(kInstrument, field(kInstrument), "a kind that this plugin serves");
    const std::string_view symbol = field(kTradingSymbol), type = kind->type;
    row.exchange = kind->standard;
    row.broker_exchange = kind->segment;
    row.broker_symbol = row.name = symbol;
    row.symbol = row.exchange == "NSE" ? std::string(symbol) + '-' + std::string(field(kSeries)) : std::string(symbol);
    row.type = type == "OPT" ? field(kOption) : type;
    if (symbol.empty()) return found(kTradingSymbol, symbol, "a name");
    if (row.exchange == "NSE" && !bgw::has_series(row.symbol)) return found(kSeries, field(kSeries), "two letters");
    if (!bgw::is_digits(field(kSecurityId))) return found(kSecurityId, field(kSecurityId), "a number");
    row.token = field(kSecurityId);
    const auto lot = bgw::parse_decimal(field(kLot));
    if (!lot || *lot % BGW_PRICE_SCALE != 0) return found(kLot, field(kLot), "a whole number");
    row.lot_size = *lot / BGW_PRICE_SCALE;
    if (type == "INDEX") {  // nothing is traded in its ticks
      const std::string squeezed = bgw::squeezed(symbol);
      const std::string_view renamed = bgw::renamed_index(row.exchange, squeezed);
      row.symbol = renamed.empty() ? squeezed : std::string(renamed);
      return {};
    }
    const auto paise = bgw::parse_decimal(field(kTick));
    if (!paise || *paise % 100 != 0) return found(kTick, field(kTick), "paise");
    row.tick_size = *paise / 100;
    return type == "EQ" ? std::string() : derivative(row, symbol, type == "OPT");
  }

  std::string derivative(bgw::Row& row, std::string_view symbol, bool is_option) {
    const std::string_view date = field(kExpiry).substr(0, 10);
    if (!bgw::is_date(date)) return found(kExpiry, field(kExpiry), "a date and a time");
    row.expiry = date;
    const std::string_view base = base_of(symbol, is_option ? 3 : 2);
    if (base.empty()) return found(kTradingSymbol, symbol, is_option ? "NAME-MONTH-STRIKE-CE" : "NAME-MONTH-FUT");
    row.symbol = std::string(base) + compact(date);
    if (!is_option) {
      row.symbol += "FUT";
      return {};
    }
    const auto strike = bgw::parse_decimal(field(kStrike));
    if (!strike || *strike == 0) return found(kStrike, field(kStrike), "a price");
    if (row.type != "CE" && row.type != "PE") return found(kOption, row.type, "CE or PE");
    row.strike = *strike;
    row.symbol += bgw::strike_text(*strike) + row.type;
    return {};
  }

  bgw::Rows rows_;
  std::array<std::size_t, kColumns> columns_{};
  std::size_t width_ = 0;
  std::vector<std::string_view> fields_;
};

bgw_status complain(bgw_error* error, bgw_status code, const std::string& text) {
  error->code = code;
  std::snprintf(error->message, sizeof error->message, "%s", text.c_str());
  return code;
}

bgw_status read(const bgw_instrument_source& source, const bgw_instrument_sink& sink, bgw_error* error) {
  std::string text;
  std::vector<char> part(1 << 16);
  while (const std::size_t size = source.read(source.context, part.data(), part.size())) text.append(part.data(), size);
  Reader reader(sink);
  std::uint64_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (++number == 1) {
      const std::string problem = reader.header(line);
      if (!problem.empty()) return complain(error, BGW_E_INVALID, problem);
    } else if (!line.empty()) {
      reader.line(line, number);
    }
  }
  if (number == 0) return complain(error, BGW_E_INVALID, "found an empty file, expected Dhan's scrip master");
  reader.finish();
  return BGW_OK;
}

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) noexcept {
  try {
    return read(*source, *sink, error);
  } catch (const std::exception& e) {
    return complain(error, BGW_E_EXCEPTION, e.what());
  }
}

}  // namespace

const bgw_instruments* instruments_extension() {
  static const bgw_instruments kExtension = {.size = sizeof(bgw_instruments),
                                             .reserved = 0,
                                             .parse = parse,
                                             .builtin = nullptr,
                                             .url = "https://images.dhan.co/api-data/api-scrip-master.csv",
                                             .headers = nullptr,
                                             .place_word = nullptr,
                                             .next_page = nullptr,
                                             .judge = nullptr};
  return &kExtension;
}

}  // namespace dhan_like
