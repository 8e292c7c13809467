#include "tools/broker_sim/instruments.hpp"

#include <array>
#include <span>

namespace sim {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr std::int64_t kFivePaise = 500;

// Real tokens of both exchanges.
struct Share {
  const char* symbol;
  const char* name;
  std::uint32_t nse;
  std::uint32_t bse;
};
constexpr Share kShares[] = {
    {"RELIANCE", "RELIANCE INDUSTRIES", 2885, 500325},
    {"INFY", "INFOSYS", 1594, 500209},
    {"SBIN", "STATE BANK OF INDIA", 3045, 500112},
    {"TCS", "TATA CONSULTANCY SERV LT", 11536, 532540},
    {"HDFCBANK", "HDFC BANK", 1333, 500180},
    {"ICICIBANK", "ICICI BANK", 4963, 532174},
    {"ITC", "ITC", 1660, 500875},
    {"LT", "LARSEN & TOUBRO", 11483, 500510},
    {"AXISBANK", "AXIS BANK", 5900, 532215},
    {"KOTAKBANK", "KOTAK MAHINDRA BANK", 1922, 500247},
    {"BHARTIARTL", "BHARTI AIRTEL", 10604, 532454},
    {"WIPRO", "WIPRO", 3787, 507685},
    {"TATASTEEL", "TATA STEEL", 3499, 500470},
    {"MARUTI", "MARUTI SUZUKI INDIA", 10999, 532500},
    {"HINDUNILVR", "HINDUSTAN UNILEVER", 1394, 500696},
    {"SUNPHARMA", "SUN PHARMACEUTICAL IND L", 3351, 524715},
    {"NTPC", "NTPC", 11630, 532555},
    {"ADANIENT", "ADANI ENTERPRISES", 25, 512599},
    {"M&M", "MAHINDRA & MAHINDRA", 2031, 500520},
};

struct Index {
  const char* exchange;
  const char* symbol;
  std::uint32_t number;
  std::uint32_t angel_number;
  const char* angel_symbol;
  const char* angel_name;
};
constexpr Index kIndices[] = {
    {"NSE", "NIFTY 50", 1001, 99926000, "Nifty 50", "NIFTY"},
    {"NSE", "NIFTY BANK", 1016, 99926009, "Nifty Bank", "BANKNIFTY"},
    {"NSE", "NIFTY FIN SERVICE", 1007, 99926037, "Nifty Fin Service", "FINNIFTY"},
    {"NSE", "NIFTY MID SELECT", 1125, 99926074, "NIFTY MID SELECT", "MIDCPNIFTY"},
    {"NSE", "NIFTY NEXT 50", 1058, 99926013, "Nifty Next 50", "NIFTYNXT50"},
    {"NSE", "INDIA VIX", 1035, 99926017, "India VIX", "INDIA VIX"},
    {"BSE", "SENSEX", 1, 99919000, "SENSEX", "SENSEX"},
    {"BSE", "BANKEX", 1072, 99919012, "BANKEX", "BANKEX"},
    {"MCX", "MCXBULLDEX", 1145, 0, "", ""},
    {"MCX", "MCXGOLDEX", 1068, 0, "", ""},
};

// The day of a month on which contracts expire. Holidays are ignored.
enum class Ends { last_tuesday, last_thursday, nineteenth, two_days_before_month_end, month_end };

// A contract's real token is of use only until it expires, so contracts have made-up ones: each product has kPerMonth
// numbers a month, from `first` on, and uses them again after two years.
struct Product {
  const char* exchange;
  const char* symbol;
  std::uint32_t first;
  Ends ends;
  std::int64_t tick;
  std::int64_t lot;
  std::array<std::int64_t, 5> strikes;  // 0: none
};
constexpr std::uint32_t kPerMonth = 16;
constexpr Product kProducts[] = {
    {"NFO", "NIFTY", 40'000, Ends::last_tuesday, kFivePaise, 65, {2400000, 2420000, 2440000, 2460000, 2480000}},
    {"NFO", "BANKNIFTY", 40'400, Ends::last_tuesday, kFivePaise, 35, {5450000, 5500000, 5550000}},
    {"NFO", "RELIANCE", 40'800, Ends::last_tuesday, kFivePaise, 500, {140000, 142000, 144000}},
    {"NFO", "INFY", 41'200, Ends::last_tuesday, kFivePaise, 400, {}},
    {"BFO", "SENSEX", 860'000, Ends::last_thursday, kFivePaise, 20, {7750000, 7800000, 7850000}},
    {"CDS", "USDINR", 2'000, Ends::two_days_before_month_end, 25, 1, {8800, 8825, 8850}},
    {"CDS", "EURINR", 2'400, Ends::two_days_before_month_end, 25, 1, {}},
    {"BCD", "USDINR", 12'000, Ends::two_days_before_month_end, 25, 1, {}},
    {"MCX", "CRUDEOIL", 560'000, Ends::nineteenth, 10'000, 1, {770000, 780000, 790000}},
    {"MCX", "COPPER", 560'400, Ends::month_end, kFivePaise, 1, {}},
    {"MCX", "GOLDM", 560'800, Ends::month_end, 10'000, 1, {}},
    {"NCO", "ALUMINI", 121'000, Ends::month_end, kFivePaise, 1000, {}},
    {"NCO", "CRUDEOILM", 121'400, Ends::nineteenth, 10'000, 10, {}},
};
constexpr int kMonthsListed = 2;

// The last working day up to `day`, or the one that is `working_days` working days before that.
sys_days back(sys_days day, int working_days) {
  for (;; day -= days(1)) {
    const unsigned weekday = std::chrono::weekday(day).iso_encoding();
    if (weekday < 6 && working_days-- == 0) return day;
  }
}

sys_days last_day(Ends ends, year_month month) {
  const sys_days end = month / std::chrono::last;
  switch (ends) {
    case Ends::last_tuesday:
      return month / std::chrono::Tuesday[std::chrono::last];
    case Ends::last_thursday:
      return month / std::chrono::Thursday[std::chrono::last];
    case Ends::nineteenth:
      return back(month / 19, 0);
    case Ends::two_days_before_month_end:
      return back(end, 2);
    case Ends::month_end:
      break;
  }
  return back(end, 0);
}

void add_contracts(const Product& product, year_month month, sys_days expiry, std::vector<Instrument>& out) {
  const auto months = static_cast<unsigned>(static_cast<int>(month.year())) * 12 + static_cast<unsigned>(month.month());
  std::uint32_t number = product.first + months % 24 * kPerMonth;
  const auto add = [&](Kind kind, std::int64_t strike) {
    out.push_back({.kind = kind,
                   .exchange = product.exchange,
                   .number = number++,
                   .symbol = product.symbol,
                   .name = product.symbol,
                   .expiry = expiry,
                   .strike = strike,
                   .tick = product.tick,
                   .lot = product.lot});
  };
  add(Kind::future, 0);
  for (const std::int64_t strike : product.strikes) {
    if (strike == 0) continue;
    add(Kind::call, strike);
    add(Kind::put, strike);
  }
}

}  // namespace

std::vector<Instrument> listed_on(sys_days day) {
  std::vector<Instrument> out;
  for (const Index& i : kIndices)
    out.push_back({.kind = Kind::index,
                   .exchange = i.exchange,
                   .number = i.number,
                   .symbol = i.symbol,
                   .name = i.symbol,
                   .angel_number = i.angel_number,
                   .angel_symbol = i.angel_symbol,
                   .angel_name = i.angel_name});
  for (const Share& s : kShares) out.push_back({Kind::share, "NSE", s.nse, s.symbol, s.name, {}, 0, kFivePaise});
  for (const Share& s : kShares) out.push_back({Kind::share, "BSE", s.bse, s.symbol, s.name, {}, 0, kFivePaise});
  for (const Product& product : kProducts) {
    const year_month_day today{day};
    year_month month = today.year() / today.month();
    for (int listed = 0; listed < kMonthsListed; month += std::chrono::months(1)) {
      const sys_days expiry = last_day(product.ends, month);
      if (expiry < day + days(2)) continue;
      add_contracts(product, month, expiry, out);
      ++listed;
    }
  }
  return out;
}

std::string month_name(const year_month_day& date) {
  constexpr const char* kNames[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  return kNames[static_cast<unsigned>(date.month()) - 1];
}

std::string two_digits(unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string year_in_two_digits(const year_month_day& date) {
  return two_digits(static_cast<unsigned>(static_cast<int>(date.year())) % 100);
}

std::string strike_text(std::int64_t hundredths) {
  const std::string whole = std::to_string(hundredths / 100);
  const auto part = static_cast<unsigned>(hundredths % 100);
  if (part == 0) return whole;
  return whole + '.' + (part % 10 == 0 ? std::to_string(part / 10) : two_digits(part));
}

}  // namespace sim
