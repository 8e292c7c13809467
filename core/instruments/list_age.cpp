#include "core/instruments/list_age.hpp"

#include "core/base/dates.hpp"
#include "core/instruments/expiries.hpp"

namespace gw::instruments {

std::string old_list_warning(const ListInfo& list, const calendar::Calendar& calendar, const std::string& exchange,
                             std::int64_t wall_ns) {
  if (list.day == 0 || calendar.status(exchange, wall_ns) == calendar::MarketStatus::closed) return {};
  const std::string today(Expiries(calendar, wall_ns).today(exchange));
  if (iso_day(list.day) >= today) return {};
  return "the instrument list is not today's, " + today + ": it is the " + name_of(list) +
         "; its tokens may belong to other instruments by now";
}

}  // namespace gw::instruments
