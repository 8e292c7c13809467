// The instruments that the stand-in lists when it is given no file: some of each kind in each segment of its brokers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sim {

enum class Kind { share, index, future, call, put };

struct Instrument {
  Kind kind;
  std::string exchange;  // NSE, BSE, NFO, BFO, CDS, BCD, MCX or NCO; an index has the exchange that computes it
  std::uint32_t number;  // the exchange's token, which both brokers use; of an index it is Kite's alone
  std::string symbol;    // of a contract: the symbol of its underlying
  std::string name;      // in words
  std::chrono::year_month_day expiry{};  // of a contract
  std::int64_t strike = 0;               // of an option, in 1/100 of a rupee
  std::int64_t tick = 0;                 // in 1/10,000 of a rupee; 0 for an index
  std::int64_t lot = 1;
  std::uint32_t angel_number = 0;  // of an index; 0: Angel does not list it
  std::string angel_symbol{};      // of an index
  std::string angel_name{};
};

// The list of this day. Its contracts expire two days later at the earliest, so that none expires before the next list.
std::vector<Instrument> listed_on(std::chrono::sys_days day);

// Parts of contracts' trading symbols, and dates.
std::string month_name(const std::chrono::year_month_day& date);          // "DEC"
std::string two_digits(unsigned number);                                  // "07"
std::string year_in_two_digits(const std::chrono::year_month_day& date);  // "26"
std::string strike_text(std::int64_t hundredths);                         // "24400", "88.25"

}  // namespace sim
