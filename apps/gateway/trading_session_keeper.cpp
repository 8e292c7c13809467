#include "apps/gateway/trading_session_keeper.hpp"

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/trading_sessions/trading_session_store.hpp"

namespace gw::app {
namespace {

using trading_sessions::TradingSessionStore;

// The only phase in which an instrument's silence is judged.
std::string_view open_phase() { return calendar::word(calendar::MarketStatus::open); }

// The exchange's own day, in days since 1970.
std::int64_t exchange_day(const calendar::Calendar& calendar, std::string_view exchange, std::int64_t wall_ns) {
  return calendar.day(exchange, wall_ns).time_since_epoch().count();
}

}  // namespace

void TradingSessionKeeper::load() {
  if (const auto loaded = TradingSessionStore(*state_.database).load(history_); !loaded)
    log::warning("sessions", loaded.error().message + "; going on without the history of trading sessions");
}

void TradingSessionKeeper::save() {
  const auto saved = TradingSessionStore(*state_.database).save(history_);
  if (!saved && !is_unsaved_)
    log::warning("sessions", saved.error().message + "; the history of trading sessions is kept in memory");
  if (saved && is_unsaved_) log::info("sessions", "the history of trading sessions is saved again");
  is_unsaved_ = !saved;
  state_.database->empty_log();
}

void TradingSessionKeeper::drop(
    const std::function<bool(std::string_view symbol, std::string_view exchange)>& is_over) {
  const std::int64_t now = wall_ns();
  history_.drop([&](std::string_view exchange) { return exchange_day(state_.loaded.calendar, exchange, now); },
                is_over);
}

bool TradingSessionKeeper::is_expected(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns) const {
  return history_.is_expected(symbol, exchange, open_phase(),
                              exchange_day(*state_.calendar->load(), exchange, wall_ns));
}

void TradingSessionKeeper::note(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns,
                                bool in_time) {
  history_.note(symbol, exchange, open_phase(), exchange_day(*state_.calendar->load(), exchange, wall_ns), in_time);
}

}  // namespace gw::app
