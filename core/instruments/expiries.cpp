#include "core/instruments/expiries.hpp"

#include "core/base/dates.hpp"

namespace gw::instruments {

Expiries::Expiries(const calendar::Calendar& calendar, std::int64_t wall_ns)
    : today_(iso_day(day_at(wall_ns, calendar.clock.offset_at(wall_ns)))) {
  for (const calendar::Exchange& exchange : calendar.exchanges) {
    const std::string day = iso_day(day_at(wall_ns, exchange.clock.offset_at(wall_ns)));
    if (day != today_) elsewhere_.emplace_back(exchange.name, day);
  }
}

std::string_view Expiries::today(std::string_view exchange) const {
  for (const auto& [name, day] : elsewhere_)
    if (name == exchange) return day;
  return today_;
}

}  // namespace gw::instruments
