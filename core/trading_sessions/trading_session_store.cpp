#include "core/trading_sessions/trading_session_store.hpp"

#include <string>
#include <utility>
#include <vector>

namespace gw::trading_sessions {

Result<void> TradingSessionStore::load(TradingSessionHistory& history) {
  auto query = database_.prepare(
      "SELECT symbol, exchange, phase, day, in_time FROM trading_sessions ORDER BY symbol, exchange, phase, day");
  std::vector<Record> records;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) break;
    const NameView name{query.text(0), query.text(1), query.text(2)};
    if (records.empty() || NameView(records.back().name) != name)
      records.push_back({{std::string(name.symbol), std::string(name.exchange), std::string(name.phase)}, {}});
    records.back().sessions.push_back({query.integer(3), query.integer(4) != 0});
  }
  history.restore(std::move(records));
  return {};
}

Result<void> TradingSessionStore::save(TradingSessionHistory& history) {
  const TradingSessionHistory::Changes changes = history.changes();
  if (changes.records.empty()) return {};
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  auto forget = database_.prepare("DELETE FROM trading_sessions WHERE symbol = ? AND exchange = ? AND phase = ?");
  auto add = database_.prepare("INSERT INTO trading_sessions VALUES (?, ?, ?, ?, ?)");
  for (const Record& record : changes.records) {
    const auto bind_name = [&name = record.name](database::Statement& statement) -> database::Statement& {
      return statement.bind(1, name.symbol).bind(2, name.exchange).bind(3, name.phase);
    };
    if (const auto done = bind_name(forget).run(); !done) return done;
    for (const TradingSession& session : record.sessions)
      if (const auto done = bind_name(add).bind(4, session.day).bind(5, session.in_time ? 1 : 0).run(); !done)
        return done;
  }
  if (const auto done = transaction.commit(); !done) return done;
  history.saved(changes.revision);
  return {};
}

}  // namespace gw::trading_sessions
