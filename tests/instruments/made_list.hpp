// An instrument list like a broker's, made: indices, shares at two exchanges, futures and options of several expiries.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/index.hpp"

namespace gw::instruments {

class MadeList {
 public:
  static constexpr std::int64_t kToday = 20'788;  // 2026-12-01

  MadeList() : builder_(1000) {
    index("NIFTY", "NIFTY 50");
    index("BANKNIFTY", "NIFTY BANK");
    index("FINNIFTY", "NIFTY FIN SERVICE");
    index("NIFTYNXT50", "NIFTY NEXT 50");
    index("INDIAVIX", "INDIA VIX");
    for (const auto& [symbol, name] : {std::pair{"RELIANCE", "RELIANCE INDUSTRIES"},
                                       {"RIIL", "RELIANCE INDL INFRA"},
                                       {"INFY", "INFOSYS"},
                                       {"HDFCBANK", "HDFC BANK"},
                                       {"SBIN", "STATE BANK OF INDIA"},
                                       {"SBICARD", "SBI CARDS & PAY SER"},
                                       {"TATAMOTORS", "TATA MOTORS"},
                                       {"MARUTI", "MARUTI SUZUKI INDIA"},
                                       {"M&M", "MAHINDRA & MAHINDRA"},
                                       {"BAJAJ-AUTO", "BAJAJ AUTO"},
                                       {"20MICRONS", "20 MICRONS"},
                                       {"DECCANCE", "DECCAN CEMENTS"},
                                       {"NIFTYBEES", "NIPPON INDIA ETF NIFTY 50"},
                                       {"GOLDBEES", "NIPPON INDIA ETF GOLD"}}) {
      row({symbol, "NSE", name, "EQ", ""});
      row({symbol, "BSE", name, "EQ", ""});
    }
    // An expiry that is over, two weekly ones and the month's last, and the next month's.
    for (const char* expiry : {"2026-11-24", "2026-12-08", "2026-12-15", "2026-12-29", "2027-01-26"}) {
      for (const auto& [name, strike] : {std::pair{"NIFTY", 26'000}, {"BANKNIFTY", 48'000}, {"NIFTYNXT50", 70'000}})
        options("NFO", name, expiry, strike);
      options("NFO", "RELIANCE", expiry, 1'400);
    }
    for (const char* expiry : {"2026-11-24", "2026-12-29", "2027-01-26"})
      for (const char* name : {"NIFTY", "BANKNIFTY", "NIFTYNXT50", "RELIANCE", "MARUTI"}) future("NFO", name, expiry);
    future("NFO", "MARUTI", "2027-03-26");
    future("MCX", "CRUDEOIL", "2026-12-18");
    future("MCX", "GOLD", "2027-02-05");
    future("CDS", "USDINR", "2026-12-29");
    future("BCD", "USDINR", "2026-12-29");
    strike_text_ = "82.25";
    option("CDS", "USDINR", "2026-12-29", 8'225, "CE");
    index_ = std::make_shared<const Index>(std::move(builder_).build());
  }
  std::shared_ptr<const Index> index() const { return index_; }

 private:
  struct Texts {
    std::string symbol;
    std::string exchange;
    std::string name;
    std::string type;
    std::string expiry;
  };
  void row(const Texts& t, std::int64_t strike = 0) {
    InstrumentView view;
    view.symbol = view.broker_symbol = t.symbol;
    view.exchange = t.exchange;
    view.name = t.name;
    view.instrument_type = t.type;
    view.expiry = t.expiry;
    view.strike = strike;
    view.exponents = {-2, 0};
    builder_.add(view);
  }
  void index(const std::string& symbol, const std::string& name) { row({symbol, "NSE_INDEX", name, "INDEX", ""}); }
  static std::string written(const std::string& expiry) {
    static constexpr std::string_view kMonths = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    const auto month = static_cast<std::size_t>(std::stoi(expiry.substr(5, 2)) - 1);
    return expiry.substr(8) + std::string(kMonths.substr(month * 3, 3)) + expiry.substr(2, 2);
  }
  void future(const std::string& exchange, const std::string& name, const std::string& expiry) {
    row({name + written(expiry) + "FUT", exchange, name, "FUT", expiry});
  }
  void options(const std::string& exchange, const std::string& name, const std::string& expiry, int middle) {
    for (int strike = middle - 200; strike <= middle + 200; strike += 100)
      for (const char* type : {"CE", "PE"}) {
        strike_text_ = std::to_string(strike);
        option(exchange, name, expiry, strike * 100, type);
      }
  }
  void option(const std::string& exchange, const std::string& name, const std::string& expiry, std::int64_t strike,
              const std::string& type) {
    row({name + written(expiry) + strike_text_ + type, exchange, name, type, expiry}, strike);
  }

  Index::Builder builder_;
  std::string strike_text_;
  std::shared_ptr<const Index> index_;
};

}  // namespace gw::instruments
