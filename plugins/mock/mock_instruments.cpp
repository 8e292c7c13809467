#include "mock_instruments.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <tuple>
#include <utility>

namespace mock {
namespace {

constexpr std::int64_t kRupee = BGW_PRICE_SCALE;
constexpr std::int64_t kPaise = BGW_PRICE_SCALE / 100;

struct Share {
  std::string_view symbol;
  std::string_view name;
  int rupees;
};

constexpr Share kNamed[] = {
    {"RELIANCE", "RELIANCE INDUSTRIES", 1424}, {"INFY", "INFOSYS", 1573},       {"TCS", "TATA CONSULTANCY SERVICES", 3420},
    {"SBIN", "STATE BANK OF INDIA", 812},      {"HDFCBANK", "HDFC BANK", 1935},
};

// 200 more; their prices come from their place in the list.
constexpr std::string_view kOthers =
    "ICICIBANK AXISBANK KOTAKBANK INDUSINDBK BANKBARODA PNB CANBK UNIONBANK IDFCFIRSTB FEDERALBNK AUBANK BANDHANBNK "
    "RBLBANK YESBANK IOB UCOBANK CENTRALBK MAHABANK INDIANB BANKINDIA HCLTECH WIPRO TECHM LTIM MPHASIS PERSISTENT COFORGE "
    "LTTS TATAELXSI KPITTECH OFSS CYIENT BSOFT SONATSOFTW ZENSARTECH HINDUNILVR ITC NESTLEIND BRITANNIA DABUR MARICO "
    "GODREJCP COLPAL TATACONSUM VBL UBL RADICO EMAMILTD PATANJALI AWL MARUTI TATAMOTORS M&M BAJAJ-AUTO EICHERMOT HEROMOTOCO "
    "TVSMOTOR ASHOKLEY BOSCHLTD MOTHERSON BHARATFORG MRF APOLLOTYRE BALKRISIND EXIDEIND SUNPHARMA DRREDDY CIPLA DIVISLAB "
    "LUPIN AUROPHARMA TORNTPHARM ZYDUSLIFE ALKEM BIOCON GLENMARK IPCALAB LAURUSLABS GRANULES NATCOPHARM ABBOTINDIA PFIZER "
    "SANOFI GLAND SYNGENE APOLLOHOSP MAXHEALTH FORTIS LALPATHLAB METROPOLIS TATASTEEL JSWSTEEL HINDALCO VEDL SAIL NMDC "
    "JINDALSTEL NATIONALUM HINDZINC HINDCOPPER APLAPOLLO RATNAMANI WELCORP JSL COALINDIA ONGC OIL BPCL IOC HPCL GAIL "
    "PETRONET IGL MGL GUJGASLTD ATGL NTPC POWERGRID TATAPOWER ADANIPOWER JSWENERGY NHPC SJVN TORNTPOWER CESC ADANIGREEN "
    "SUZLON ADANIENT ADANIPORTS CONCOR GMRAIRPORT IRCTC IRFC RVNL IRCON RAILTEL HUDCO LT SIEMENS ABB BHEL BEL HAL BDL "
    "MAZDOCK COCHINSHIP CUMMINSIND THERMAX VOLTAS BLUESTARCO HAVELLS POLYCAB KEI CROMPTON DIXON AMBER ULTRACEMCO SHREECEM "
    "AMBUJACEM ACC DALBHARAT RAMCOCEM JKCEMENT GRASIM ASIANPAINT BERGEPAINT PIDILITIND KANSAINER SRF UPL PIIND DEEPAKNTR "
    "TATACHEM AARTIIND NAVINFLUOR COROMANDEL CHAMBLFERT BAJFINANCE BAJAJFINSV CHOLAFIN SHRIRAMFIN MUTHOOTFIN MANAPPURAM "
    "LICHSGFIN PFC RECLTD SBILIFE HDFCLIFE ICICIPRULI ICICIGI LICI HDFCAMC CAMS CDSL BSE MCX ANGELONE TITAN TRENT DMART "
    "NYKAA ZOMATO PAYTM NAUKRI INDIAMART JUBLFOOD INDHOTEL DLF GODREJPROP OBEROIRLTY PRESTIGE LODHA BHARTIARTL IDEA INDUSTOWER";

constexpr std::array kOnIndices = {
    std::tuple{"NIFTY", "NSE_INDEX", "NIFTY 50", 24426},          std::tuple{"BANKNIFTY", "NSE_INDEX", "NIFTY BANK", 55210},
    std::tuple{"FINNIFTY", "NSE_INDEX", "NIFTY FIN SERVICE", 26180}, std::tuple{"INDIAVIX", "NSE_INDEX", "INDIA VIX", 14},
    std::tuple{"SENSEX", "BSE_INDEX", "S&P BSE SENSEX", 80334},   std::tuple{"BANKEX", "BSE_INDEX", "S&P BSE BANKEX", 62140}};

constexpr std::array kExpiries = {std::pair{"27OCT26", "2026-10-27"}, std::pair{"24NOV26", "2026-11-24"},
                                  std::pair{"29DEC26", "2026-12-29"}};

void add_shares(std::vector<MockInstrument>& all) {
  const auto both = [&all](std::string_view symbol, std::string_view name, std::int64_t price) {
    for (const char* exchange : {"NSE", "BSE"})
      all.push_back({std::string(symbol), exchange, std::string(name), "EQ", "", 0, 5 * kPaise, 1, price});
  };
  for (const Share& s : kNamed) both(s.symbol, s.name, s.rupees * kRupee);
  std::int64_t place = 0;
  for (std::string_view rest = kOthers; !rest.empty(); ++place) {
    const std::size_t end = rest.find(' ');
    const std::string_view symbol = rest.substr(0, end);
    both(symbol, symbol, (80 + place * 37 % 4900) * kRupee);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
}

void add_future(std::vector<MockInstrument>& all, const std::string& base, const char* exchange, int rupees, int lot,
                std::int64_t tick) {
  for (const auto& [code, day] : kExpiries)
    all.push_back({base + code + "FUT", exchange, base, "FUT", day, 0, tick, lot, rupees * kRupee});
}

void add_options(std::vector<MockInstrument>& all, const std::string& base, int spot, int step, int lot) {
  const int middle = spot / step * step;
  for (const auto& [code, day] : kExpiries)
    for (int strike = middle - 10 * step; strike <= middle + 10 * step; strike += step)
      for (const char* kind : {"CE", "PE"}) {
        const int inner = kind[0] == 'C' ? spot - strike : strike - spot;
        const std::int64_t price = (inner > 0 ? inner : 0) + step * 2;
        all.push_back({base + code + std::to_string(strike) + kind, "NFO", base, kind, day, strike * kRupee, 5 * kPaise,
                       lot, price * kRupee});
      }
}

std::vector<MockInstrument> make_all() {
  std::vector<MockInstrument> all;
  add_shares(all);
  for (const auto& [symbol, exchange, name, rupees] : kOnIndices)
    all.push_back({symbol, exchange, name, "INDEX", "", 0, kPaise, 1, rupees * kRupee});
  add_future(all, "NIFTY", "NFO", 24480, 75, 5 * kPaise);
  add_future(all, "BANKNIFTY", "NFO", 55320, 35, 5 * kPaise);
  add_future(all, "RELIANCE", "NFO", 1430, 500, 5 * kPaise);
  add_future(all, "SBIN", "NFO", 815, 750, 5 * kPaise);
  add_options(all, "NIFTY", 24426, 50, 75);
  add_options(all, "BANKNIFTY", 55210, 100, 35);
  add_future(all, "CRUDEOIL", "MCX", 5826, 100, kRupee);
  add_future(all, "GOLD", "MCX", 98450, 100, kRupee);
  add_future(all, "SILVER", "MCX", 112300, 30, kRupee);
  add_future(all, "NATURALGAS", "MCX", 287, 1250, 10 * kPaise);
  return all;
}

bgw_status builtin(const bgw_instrument_sink* sink, bgw_error*) {
  std::size_t place = 0;
  for (const MockInstrument& i : instruments()) {
    const std::string token = std::to_string(++place);
    const bgw_instrument row{sizeof row,      0,
                             0,               i.symbol.c_str(),
                             i.exchange.c_str(), i.symbol.c_str(),
                             i.exchange.c_str(), token.c_str(),
                             i.name.c_str(),  i.type.c_str(),
                             i.expiry.c_str(), i.strike,
                             i.tick_size,     i.lot_size};
    sink->row(sink->context, &row);
  }
  return BGW_OK;
}

}  // namespace

const std::vector<MockInstrument>& instruments() {
  static const std::vector<MockInstrument> all = make_all();
  return all;
}

const bgw_instruments* instruments_extension() {
  static constexpr bgw_instruments extension{sizeof(bgw_instruments), 0, nullptr, &builtin};
  return &extension;
}

}  // namespace mock
