#include "tools/broker_sim/angel_list.hpp"

#include <nlohmann/json.hpp>

namespace sim {
namespace {

// Angel has no BSE currencies and no NSE commodities.
bool is_listed(const Instrument& i) {
  if (i.kind == Kind::index) return i.angel_number != 0;
  return i.exchange != "BCD" && i.exchange != "NCO";
}

bool is_contract(const Instrument& i) { return i.kind != Kind::share && i.kind != Kind::index; }

// 29DEC2026
std::string expiry_of(const Instrument& i) {
  if (!is_contract(i)) return "";
  return two_digits(static_cast<unsigned>(i.expiry.day())) + month_name(i.expiry) +
         std::to_string(static_cast<int>(i.expiry.year()));
}

// RELIANCE-EQ at NSE and RELIANCE at BSE; NIFTY29DEC2624400CE at NFO and MCX, SENSEX26DEC78000CE at BFO and CDS.
std::string trading_symbol(const Instrument& i) {
  if (i.kind == Kind::index) return i.angel_symbol;
  if (i.kind == Kind::share) return i.exchange == "NSE" ? i.symbol + "-EQ" : i.symbol;
  const std::string year = year_in_two_digits(i.expiry), month = month_name(i.expiry);
  const bool has_day = i.exchange == "NFO" || i.exchange == "MCX";
  return i.symbol + (has_day ? two_digits(static_cast<unsigned>(i.expiry.day())) + month + year : year + month) +
         (i.kind == Kind::future ? "FUT" : strike_text(i.strike) + (i.kind == Kind::call ? "CE" : "PE"));
}

std::string type_of(const Instrument& i) {
  if (i.kind == Kind::index) return "AMXIDX";
  if (i.kind == Kind::share) return "";
  const bool future = i.kind == Kind::future;
  if (i.exchange == "MCX") return future ? "FUTCOM" : "OPTFUT";
  if (i.exchange == "CDS") return future ? "FUTCUR" : "OPTCUR";
  const bool of_index = i.exchange == "BFO" || i.symbol.ends_with("NIFTY");
  return std::string(future ? "FUT" : "OPT") + (of_index ? "IDX" : "STK");
}

std::string six_places(std::int64_t whole) { return std::to_string(whole) + ".000000"; }

// In 1/100 of a rupee, at CDS in 1/10,000,000.
std::string strike_of(const Instrument& i) {
  if (i.kind == Kind::index || (i.kind == Kind::future && i.exchange == "MCX")) return six_places(0);
  if (i.kind == Kind::share || i.kind == Kind::future) return six_places(-1);
  return six_places(i.exchange == "CDS" ? i.strike * 100'000 : i.strike);
}

std::string tick_size_of(const Instrument& i) {
  return six_places(i.exchange == "CDS" ? i.tick * 1'000 : i.tick / 100);
}

}  // namespace

std::string angel_list(const std::vector<Instrument>& instruments) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Instrument& i : instruments) {
    if (!is_listed(i)) continue;
    list.push_back({{"token", std::to_string(i.kind == Kind::index ? i.angel_number : i.number)},
                    {"symbol", trading_symbol(i)},
                    {"name", i.kind == Kind::index ? i.angel_name : i.symbol},
                    {"expiry", expiry_of(i)},
                    {"strike", strike_of(i)},
                    {"lotsize", std::to_string(i.lot)},
                    {"instrumenttype", type_of(i)},
                    {"exch_seg", i.exchange},
                    {"tick_size", tick_size_of(i)},
                    {"freeze_qty", "0"},
                    {"is_cas_enabled", false}});
  }
  return list.dump();
}

}  // namespace sim
