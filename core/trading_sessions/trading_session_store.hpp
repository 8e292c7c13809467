// The history of trading sessions in SQLite. [control]
#pragma once

#include "core/base/result.hpp"
#include "core/database/database.hpp"
#include "core/trading_sessions/trading_session_history.hpp"

namespace gw::trading_sessions {

class TradingSessionStore {
 public:
  explicit TradingSessionStore(database::Database& database) : database_(database) {}

  Result<void> load(TradingSessionHistory& history);
  // Writes what has changed, in one transaction. An error leaves the table and the history as they were: the next call
  // writes all of it.
  Result<void> save(TradingSessionHistory& history);

 private:
  database::Database& database_;
};

}  // namespace gw::trading_sessions
