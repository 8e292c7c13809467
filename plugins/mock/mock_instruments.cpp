#include "mock_instruments.hpp"

#include <cstdlib>
#include <string_view>

#include "bgw/expiry.hpp"

namespace mock {
namespace {

constexpr std::int64_t kRupee = BGW_PRICE_SCALE;
constexpr std::int64_t kPaisa = BGW_PRICE_SCALE / 100;

// Symbol and price in rupees. New entries go to the end of their table, so that tokens do not change.
struct Share {
  std::string_view symbol;
  int rupees;
};

constexpr Share kShares[] = {
    {"RELIANCE", 1424},    {"INFY", 1573},        {"TCS", 3420},        {"SBIN", 812},        {"HDFCBANK", 1935},
    {"ICICIBANK", 1412},   {"AXISBANK", 1105},    {"KOTAKBANK", 2040},  {"INDUSINDBK", 815},  {"BANKBARODA", 242},
    {"PNB", 104},          {"CANBK", 110},        {"UNIONBANK", 138},   {"IDFCFIRSTB", 71},   {"FEDERALBNK", 202},
    {"AUBANK", 742},       {"BANDHANBNK", 168},   {"RBLBANK", 254},     {"YESBANK", 20},      {"IOB", 38},
    {"UCOBANK", 31},       {"CENTRALBK", 37},     {"MAHABANK", 55},     {"INDIANB", 658},     {"BANKINDIA", 116},
    {"HCLTECH", 1478},     {"WIPRO", 248},        {"TECHM", 1486},      {"LTIM", 5120},       {"MPHASIS", 2760},
    {"PERSISTENT", 5230},  {"COFORGE", 1710},     {"LTTS", 4260},       {"TATAELXSI", 5890},  {"KPITTECH", 1240},
    {"OFSS", 8840},        {"CYIENT", 1210},      {"BSOFT", 398},       {"SONATSOFTW", 376},  {"ZENSARTECH", 792},
    {"HINDUNILVR", 2482},  {"ITC", 412},          {"NESTLEIND", 1204},  {"BRITANNIA", 5640},  {"DABUR", 521},
    {"MARICO", 712},       {"GODREJCP", 1226},    {"COLPAL", 2240},     {"TATACONSUM", 1062}, {"VBL", 446},
    {"UBL", 2020},         {"RADICO", 2790},      {"EMAMILTD", 602},    {"PATANJALI", 1810},  {"AWL", 262},
    {"MARUTI", 12480},     {"TATAMOTORS", 672},   {"M&M", 3190},        {"BAJAJ-AUTO", 8210}, {"EICHERMOT", 5480},
    {"HEROMOTOCO", 4460},  {"TVSMOTOR", 2960},    {"ASHOKLEY", 122},    {"BOSCHLTD", 38400},  {"MOTHERSON", 98},
    {"BHARATFORG", 1180},  {"MRF", 146500},       {"APOLLOTYRE", 452},  {"BALKRISIND", 2480}, {"EXIDEIND", 388},
    {"SUNPHARMA", 1640},   {"DRREDDY", 1262},     {"CIPLA", 1492},      {"DIVISLAB", 6540},   {"LUPIN", 1930},
    {"AUROPHARMA", 1128},  {"TORNTPHARM", 3560},  {"ZYDUSLIFE", 962},   {"ALKEM", 4880},      {"BIOCON", 388},
    {"GLENMARK", 2120},    {"IPCALAB", 1420},     {"LAURUSLABS", 846},  {"GRANULES", 482},    {"NATCOPHARM", 918},
    {"ABBOTINDIA", 33800}, {"PFIZER", 5240},      {"SANOFI", 5860},     {"GLAND", 1980},      {"SYNGENE", 682},
    {"APOLLOHOSP", 7340},  {"MAXHEALTH", 1262},   {"FORTIS", 842},      {"LALPATHLAB", 3120}, {"METROPOLIS", 1980},
    {"TATASTEEL", 159},    {"JSWSTEEL", 1042},    {"HINDALCO", 692},    {"VEDL", 442},        {"SAIL", 131},
    {"NMDC", 71},          {"JINDALSTEL", 962},   {"NATIONALUM", 188},  {"HINDZINC", 428},    {"HINDCOPPER", 248},
    {"APLAPOLLO", 1620},   {"RATNAMANI", 2640},   {"WELCORP", 902},     {"JSL", 694},         {"COALINDIA", 384},
    {"ONGC", 240},         {"OIL", 432},          {"BPCL", 322},        {"IOC", 146},         {"HINDPETRO", 418},
    {"GAIL", 180},         {"PETRONET", 298},     {"IGL", 206},         {"MGL", 1340},        {"GUJGASLTD", 458},
    {"ATGL", 642},         {"NTPC", 336},         {"POWERGRID", 292},   {"TATAPOWER", 392},   {"ADANIPOWER", 582},
    {"JSWENERGY", 518},    {"NHPC", 84},          {"SJVN", 96},         {"TORNTPOWER", 1340}, {"CESC", 164},
    {"ADANIGREEN", 982},   {"SUZLON", 64},        {"ADANIENT", 2540},   {"ADANIPORTS", 1386}, {"CONCOR", 592},
    {"GMRAIRPORT", 91},    {"IRCTC", 764},        {"IRFC", 136},        {"RVNL", 372},        {"IRCON", 186},
    {"RAILTEL", 392},      {"HUDCO", 222},        {"LT", 3620},         {"SIEMENS", 3180},    {"ABB", 5640},
    {"BHEL", 248},         {"BEL", 392},          {"HAL", 4680},        {"BDL", 1640},        {"MAZDOCK", 2980},
    {"COCHINSHIP", 1820},  {"CUMMINSIND", 3560},  {"THERMAX", 3420},    {"VOLTAS", 1362},     {"BLUESTARCO", 1840},
    {"HAVELLS", 1542},     {"POLYCAB", 6820},     {"KEI", 3840},        {"CROMPTON", 342},    {"DIXON", 16240},
    {"AMBER", 7120},       {"ULTRACEMCO", 12260}, {"SHREECEM", 30400},  {"AMBUJACEM", 582},   {"ACC", 1890},
    {"DALBHARAT", 2240},   {"RAMCOCEM", 1120},    {"JKCEMENT", 6480},   {"GRASIM", 2740},     {"ASIANPAINT", 2440},
    {"BERGEPAINT", 562},   {"PIDILITIND", 3040},  {"KANSAINER", 248},   {"SRF", 3060},        {"UPL", 702},
    {"PIIND", 4120},       {"DEEPAKNTR", 1980},   {"TATACHEM", 928},    {"AARTIIND", 428},    {"NAVINFLUOR", 4860},
    {"COROMANDEL", 2340},  {"CHAMBLFERT", 562},   {"BAJFINANCE", 918},  {"BAJAJFINSV", 1962}, {"CHOLAFIN", 1560},
    {"SHRIRAMFIN", 642},   {"MUTHOOTFIN", 2620},  {"MANAPPURAM", 268},  {"LICHSGFIN", 592},   {"PFC", 412},
    {"RECLTD", 392},       {"SBILIFE", 1820},     {"HDFCLIFE", 762},    {"ICICIPRULI", 642},  {"ICICIGI", 1940},
    {"LICI", 912},         {"HDFCAMC", 5420},     {"CAMS", 3980},       {"CDSL", 1580},       {"BSE", 2460},
    {"MCX", 7840},         {"ANGELONE", 2640},    {"TITAN", 3480},      {"TRENT", 5240},      {"DMART", 4180},
    {"NYKAA", 214},        {"ETERNAL", 286},      {"PAYTM", 1080},      {"NAUKRI", 1420},     {"INDIAMART", 2540},
    {"JUBLFOOD", 662},     {"INDHOTEL", 762},     {"DLF", 802},         {"GODREJPROP", 2180}, {"OBEROIRLTY", 1680},
    {"PRESTIGE", 1620},    {"LODHA", 1240},       {"BHARTIARTL", 1890}, {"IDEA", 8},          {"INDUSTOWER", 362},
    {"TATACOMM", 1680},    {"PAGEIND", 45200},    {"HONAUT", 38600},    {"PIRAMALENT", 1120}, {"SUNTV", 582},
};

struct Index {
  const char* symbol;
  const char* exchange;
  const char* name;
  int rupees;
};

constexpr Index kIndices[] = {
    {"NIFTY", "NSE_INDEX", "NIFTY 50", 24426},
    {"BANKNIFTY", "NSE_INDEX", "NIFTY BANK", 55210},
    {"FINNIFTY", "NSE_INDEX", "NIFTY FIN SERVICE", 26180},
    {"MIDCPNIFTY", "NSE_INDEX", "NIFTY MID SELECT", 12640},
    {"INDIAVIX", "NSE_INDEX", "INDIA VIX", 14},
    {"SENSEX", "BSE_INDEX", "S&P BSE SENSEX", 80334},
    {"BANKEX", "BSE_INDEX", "S&P BSE BANKEX", 62140},
};

// Contracts end with the last Tuesday of their month, whose year is from 1970 to 2099.
bgw::Expiry last_tuesday(std::chrono::year_month month) {
  return *bgw::expiry_on(std::chrono::sys_days(month / std::chrono::Tuesday[std::chrono::last]));
}

struct Future {
  const char* base;
  const char* exchange;
  int rupees;
  int lot;
  std::int64_t tick;
};

constexpr Future kFutures[] = {
    {"NIFTY", "NFO", 24480, 75, 5 * kPaisa},       {"BANKNIFTY", "NFO", 55320, 35, 5 * kPaisa},
    {"RELIANCE", "NFO", 1430, 500, 5 * kPaisa},    {"INFY", "NFO", 1580, 400, 5 * kPaisa},
    {"TCS", "NFO", 3435, 175, 5 * kPaisa},         {"SBIN", "NFO", 815, 750, 5 * kPaisa},
    {"HDFCBANK", "NFO", 1943, 550, 5 * kPaisa},    {"CRUDEOIL", "MCX", 5826, 100, kRupee},
    {"GOLD", "MCX", 98450, 100, kRupee},           {"SILVER", "MCX", 112300, 30, kRupee},
    {"NATURALGAS", "MCX", 287, 1250, 10 * kPaisa},
};

struct Chain {
  const char* base;
  int spot;
  int step;
  int lot;
};

constexpr Chain kChains[] = {{"NIFTY", 24426, 50, 75}, {"BANKNIFTY", 55210, 100, 35}};
constexpr int kStrikesEachWay = 10;

void add_shares(std::vector<MockInstrument>& all) {
  for (const Share& s : kShares)
    for (const char* exchange : {"NSE", "BSE"})
      all.push_back(
          {0, std::string(s.symbol), exchange, std::string(s.symbol), "EQ", "", 0, 5 * kPaisa, 1, s.rupees * kRupee});
}

void add_indices(std::vector<MockInstrument>& all) {
  for (const Index& i : kIndices)
    all.push_back({0, i.symbol, i.exchange, i.name, "INDEX", "", 0, 5 * kPaisa, 1, i.rupees * kRupee});
}

void add_futures(std::vector<MockInstrument>& all, const bgw::Expiry& e) {
  for (const Future& f : kFutures)
    all.push_back({0, std::string(f.base) + e.compact + "FUT", f.exchange, f.base, "FUT", e.date, 0, f.tick, f.lot,
                   f.rupees * kRupee});
}

// An option's price: what it is worth now, plus a time value that is highest at the money.
std::int64_t option_price(const Chain& c, int strike, bool call) {
  const int inner = call ? c.spot - strike : strike - c.spot;
  const std::int64_t steps_away = std::abs(c.spot - strike) / c.step;
  const std::int64_t at_the_money = std::int64_t{c.spot} / 100 * kRupee;
  const std::int64_t time_value = at_the_money * 100 / (100 + steps_away * steps_away);
  return (inner > 0 ? inner : 0) * kRupee + time_value;
}

void add_options(std::vector<MockInstrument>& all, const bgw::Expiry& e) {
  for (const Chain& c : kChains) {
    const int middle = c.spot / c.step * c.step;
    for (int n = -kStrikesEachWay; n <= kStrikesEachWay; ++n)
      for (const char* kind : {"CE", "PE"}) {
        const int strike = middle + n * c.step;
        all.push_back({0, std::string(c.base) + e.compact + std::to_string(strike) + kind, "NFO", c.base, kind, e.date,
                       strike * kRupee, 5 * kPaisa, c.lot, option_price(c, strike, *kind == 'C')});
      }
  }
}

// The token of a share or an index is its number in the list, from 1. The token of a derivative is its month, counted
// from year 0, times kMonthToken, plus its number in the month's list, from 1.
constexpr std::uint64_t kMonthToken = 1000;

const std::vector<MockInstrument>& permanent() {
  static const std::vector<MockInstrument> all = [] {
    std::vector<MockInstrument> made;
    add_shares(made);
    add_indices(made);
    for (std::size_t i = 0; i < made.size(); ++i) made[i].token = i + 1;
    return made;
  }();
  return all;
}

std::vector<MockInstrument> derivatives(std::chrono::year_month month) {
  std::vector<MockInstrument> made;
  const bgw::Expiry expiry = last_tuesday(month);
  add_futures(made, expiry);
  add_options(made, expiry);
  const auto months =
      static_cast<std::uint64_t>(static_cast<int>(month.year())) * 12 + static_cast<unsigned>(month.month()) - 1;
  for (std::size_t i = 0; i < made.size(); ++i) made[i].token = months * kMonthToken + i + 1;
  return made;
}

bgw_status builtin(const bgw_instrument_sink* sink, bgw_error*) noexcept {
  for (const MockInstrument& i : instruments(today())) {
    const std::string token = std::to_string(i.token);
    bgw_instrument row{};
    row.size = sizeof row;
    row.symbol = row.broker_symbol = i.symbol.c_str();
    row.exchange = row.broker_exchange = i.exchange.c_str();
    row.token = token.c_str();
    row.name = i.name.c_str();
    row.instrument_type = i.type.c_str();
    row.expiry = i.expiry.c_str();
    row.strike = i.strike;
    row.tick_size = i.tick_size;
    row.lot_size = i.lot_size;
    sink->row(sink->context, &row);
  }
  return BGW_OK;
}

}  // namespace

std::vector<MockInstrument> instruments(std::chrono::sys_days today) {
  constexpr int kMonths = 3;
  std::vector<MockInstrument> all = permanent();
  const std::chrono::year_month_day date(today);
  std::chrono::year_month month = date.year() / date.month();
  if (std::chrono::sys_days(month / std::chrono::Tuesday[std::chrono::last]) < today) month += std::chrono::months(1);
  for (int i = 0; i < kMonths; ++i, month += std::chrono::months(1))
    for (MockInstrument& instrument : derivatives(month)) all.push_back(std::move(instrument));
  return all;
}

std::optional<MockInstrument> find_instrument(std::uint64_t token) {
  if (token == 0) return std::nullopt;
  if (token <= permanent().size()) return permanent()[token - 1];
  const std::uint64_t months = token / kMonthToken;
  if (months < 2000 * 12 || months >= 2100 * 12) return std::nullopt;
  const auto all = derivatives(std::chrono::year(static_cast<int>(months / 12)) /
                               std::chrono::month(static_cast<unsigned>(months % 12 + 1)));
  const std::uint64_t index = token % kMonthToken;
  return index == 0 || index > all.size() ? std::nullopt : std::optional(all[index - 1]);
}

std::chrono::sys_days today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now() + bgw::kIndiaOffset);
}

const bgw_instruments* instruments_extension() {
  static constexpr bgw_instruments extension{
      sizeof(bgw_instruments), 0, nullptr, &builtin, nullptr, nullptr, nullptr, nullptr, nullptr};
  return &extension;
}

}  // namespace mock
