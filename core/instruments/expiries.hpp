// Tells which contracts are over: a contract lives until the end of its last day by its exchange's clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/calendar/calendar.hpp"

namespace gw::instruments {

// As of one moment. [any]
class Expiries {
 public:
  Expiries() = default;  // nothing is over
  Expiries(const calendar::Calendar& calendar, std::int64_t wall_ns);

  // `expiry`: InstrumentView::expiry.
  bool is_over(std::string_view exchange, std::string_view expiry) const {
    return !expiry.empty() && expiry < today(exchange);
  }
  // "2026-11-29"
  std::string_view today(std::string_view exchange) const;

  friend bool operator==(const Expiries&, const Expiries&) = default;

 private:
  std::string today_;
  std::vector<std::pair<std::string, std::string>> elsewhere_;  // an exchange and its day, if not today_
};

}  // namespace gw::instruments
