#include "core/instruments/expiries.hpp"

#include "core/base/dates.hpp"

namespace gw::instruments {

Expiries::Expiries(const calendar::Calendar& calendar, std::int64_t wall_ns)
    : today_(iso_day(day_at(wall_ns, calendar.utc_offset))) {
  for (const calendar::Exchange& exchange : calendar.exchanges)
    if (exchange.utc_offset != calendar.utc_offset)
      elsewhere_.emplace_back(exchange.name, iso_day(day_at(wall_ns, exchange.utc_offset)));
}

std::string_view Expiries::today(std::string_view exchange) const {
  for (const auto& [name, day] : elsewhere_)
    if (name == exchange) return day;
  return today_;
}

}  // namespace gw::instruments
