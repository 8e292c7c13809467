// The history of trading sessions in SQLite. [control]
#pragma once

#include "core/base/result.hpp"
#include "core/database/database.hpp"
#include "core/sessions/session_history.hpp"

namespace gw::sessions {

class SessionStore {
 public:
  explicit SessionStore(database::Database& database) : database_(database) {}

  Result<void> load(SessionHistory& history);
  // Writes what has changed, in one transaction. An error leaves both as they were: the next call writes it all.
  Result<void> save(SessionHistory& history);

 private:
  database::Database& database_;
};

}  // namespace gw::sessions
