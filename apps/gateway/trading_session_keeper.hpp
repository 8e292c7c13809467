// The history of trading sessions of a running gateway: loads it at the start, saves it while the gateway runs and at
// its end, and drops what is over. Threads: main before the control thread begins and after it has ended, else control;
// any thread notes and asks.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "apps/gateway/gateway_state.hpp"
#include "core/trading_sessions/trading_session_history.hpp"

namespace gw::app {

class TradingSessionKeeper {
 public:
  explicit TradingSessionKeeper(const GatewayState& state) : state_(state) {}

  void load();
  // When saving fails, the next call tries again.
  void save();
  // Drops contracts that are over by `is_over`, and what is old.
  void drop(const std::function<bool(std::string_view symbol, std::string_view exchange)>& is_over);

  // ---- [any]
  // Whether the instrument ticked in time on each of its last three trading sessions.
  bool is_expected(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns) const;
  // Notes that the instrument was carried while its exchange was open; `in_time`: whether its first tick came in time.
  void note(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns, bool in_time);

 private:
  const GatewayState& state_;
  trading_sessions::TradingSessionHistory history_;
  bool is_unsaved_ = false;  // saving failed last time, which has been logged
};

}  // namespace gw::app
