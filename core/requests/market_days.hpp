// Knows the days of the exchanges. Ends contracts whose last day is over, and tells clients when markets open and
// close, by the calendar and by their ticks, and that a broker's instrument list is of another day. [routing]
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/calendar/calendar.hpp"
#include "core/instruments/expiries.hpp"
#include "core/requests/clients.hpp"
#include "core/requests/notifier.hpp"
#include "core/routing/router.hpp"

namespace gw::requests {

class MarketDays {
 public:
  MarketDays(routing::Router& router, Clients& clients, Notifier& notifier);

  void set_calendar(std::shared_ptr<const calendar::Calendar> calendar);
  instruments::Expiries expiries(std::int64_t wall_ns) const { return {*calendar_, wall_ns}; }
  // Tells the client once whether the exchange is open, and from then on when that changes.
  void tell(Subscriber& client, const std::string& exchange);
  // Tells the clients that follow an exchange when it has opened or closed.
  void tell_changes();
  // Once a second: ends contracts that are over, and warns of lists of before today when their markets begin.
  void look_at_days(std::int64_t wall_ns);
  // Whether the exchange trades, as clients are told: "open", "closed" and so on.
  std::string_view status_of(const std::string& exchange) const { return market(exchange).status; }
  // The warning about the broker's instrument list; empty: there is none.
  std::string list_warning(routing::BrokerId broker) const;

 private:
  struct Market {
    std::string_view status;
    std::string_view source;
  };
  struct OldList {
    std::int64_t generation;
    std::string text;
  };
  Market market(const std::string& exchange) const;
  void warn_of_old_list(routing::BrokerId broker, const std::string& exchange, std::int64_t wall_ns);

  routing::Router& router_;
  Clients& clients_;
  Notifier& notifier_;
  std::shared_ptr<const calendar::Calendar> calendar_;
  std::map<std::string, Market, std::less<>> markets_;  // as last told, for exchanges that some client follows
  std::int64_t days_second_ = 0;                        // the second in which the days were looked at last
  std::map<routing::BrokerId, OldList> old_lists_;      // lists that were warned of
};

}  // namespace gw::requests
