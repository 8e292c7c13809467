// The history of trading sessions of a running gateway: loaded at the start, saved while it runs and at its end, and
// without what is over. Threads: main before the control thread begins and after it has ended, else control; noted and
// asked by any.
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
  // What could not be saved is tried again the next time.
  void save();
  // Drops contracts that are over, as `is_over` says of the lists in use, and what is old.
  void drop(const std::function<bool(std::string_view symbol, std::string_view exchange)>& is_over);

  // ---- [any]
  // Whether the instrument ticked in time on each of its last three trading sessions.
  bool is_expected(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns) const;
  // It was carried while its exchange was open: whether its first tick came in time.
  void note(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns, bool in_time);

 private:
  const GatewayState& state_;
  trading_sessions::TradingSessionHistory history_;
  bool is_unsaved_ = false;  // saving failed last time, which has been said
};

}  // namespace gw::app
