// The history of trading sessions: loaded at the start, saved while the gateway runs and at its end, and without what
// is over.
#include <algorithm>

#include "apps/gateway/gateway.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/instruments/expiries.hpp"
#include "core/sessions/session_store.hpp"

namespace gw::app {

std::int64_t exchange_day(const calendar::Calendar& calendar, std::string_view exchange, std::int64_t wall_ns) {
  return calendar.day(exchange, wall_ns).time_since_epoch().count();
}

void Gateway::load_sessions() {
  if (const auto loaded = sessions::SessionStore(*database_).load(sessions_); !loaded)
    log::warning("sessions", loaded.error().message + "; going on without the history of trading sessions");
}

// What could not be saved is tried again the next time.
void Gateway::save_sessions() {
  const auto saved = sessions::SessionStore(*database_).save(sessions_);
  if (!saved && !sessions_unsaved_)
    log::warning("sessions", saved.error().message + "; the history of trading sessions is kept in memory");
  if (saved && sessions_unsaved_) log::info("sessions", "the history of trading sessions is saved again");
  sessions_unsaved_ = !saved;
}

// A contract that is over has left the lists in use, which say then what it was in the last list that had it.
void Gateway::drop_sessions() {
  const std::int64_t now = wall_ns();
  const instruments::Expiries expiries(loaded_.calendar, now);
  const bool serves_expired = config().instruments.expired == "serve";
  const auto is_over = [&](std::string_view symbol, std::string_view exchange) {
    return !serves_expired && std::any_of(indexes_.begin(), indexes_.end(), [&](const auto& of_plugin) {
      auto row = of_plugin.second->find(symbol, exchange);
      if (!row) row = of_plugin.second->former(symbol, exchange);
      return row && expiries.is_over(exchange, row->expiry);
    });
  };
  sessions_.drop([&](std::string_view exchange) { return exchange_day(loaded_.calendar, exchange, now); }, is_over);
}

}  // namespace gw::app
