#include "core/database/schema.hpp"

namespace gw::database {
namespace {

// Prices and quantities are integers in units of the row's exponents, 1e-9 and 1 at first; times are nanoseconds since
// 1970.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  brokers TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL
);
CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users(id),
  hash BLOB NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER,
  revoked INTEGER
);
CREATE TABLE instruments (
  plugin TEXT NOT NULL,
  symbol TEXT NOT NULL,
  exchange TEXT NOT NULL,
  broker_symbol TEXT NOT NULL,
  broker_exchange TEXT NOT NULL,
  token TEXT NOT NULL,
  name TEXT NOT NULL,
  instrument_type TEXT NOT NULL,
  expiry TEXT NOT NULL,
  strike INTEGER NOT NULL,
  tick_size INTEGER NOT NULL,
  lot_size INTEGER NOT NULL,
  PRIMARY KEY (plugin, symbol, exchange)
) WITHOUT ROWID;
CREATE TABLE imports (
  plugin TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  imported INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  generation INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

// What the server calls this version of a list (ETag, Last-Modified); empty: it did not say, or the list came from a
// file.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE imports ADD COLUMN etag TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN last_modified TEXT NOT NULL DEFAULT '';
)sql";

// `exchange_number` is the exchange's own number of an instrument. `time` is the time of a list, `time_of` says where
// it comes from, `day` is the exchanges' day of it in days since 1970, 0: unknown.
constexpr const char* kVersion3 = R"sql(
ALTER TABLE instruments ADD COLUMN exchange_number TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN time_of TEXT NOT NULL DEFAULT 'fetched';
ALTER TABLE imports ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
UPDATE imports SET time = imported;
)sql";

// Instruments that the list of a plugin has lost lately; `gone` is the day of the loss, in days since 1970.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE former_instruments (
  plugin TEXT NOT NULL,
  symbol TEXT NOT NULL,
  exchange TEXT NOT NULL,
  token TEXT NOT NULL,
  broker_exchange TEXT NOT NULL,
  instrument_type TEXT NOT NULL,
  expiry TEXT NOT NULL,
  strike INTEGER NOT NULL,
  gone INTEGER NOT NULL,
  PRIMARY KEY (plugin, symbol, exchange)
) WITHOUT ROWID;
)sql";

// Trading sessions on which an instrument was carried; `day` is the exchange's own, in days since 1970.
constexpr const char* kVersion5 = R"sql(
CREATE TABLE trading_sessions (
  symbol TEXT NOT NULL,
  exchange TEXT NOT NULL,
  phase TEXT NOT NULL,
  day INTEGER NOT NULL,
  in_time INTEGER NOT NULL,
  PRIMARY KEY (symbol, exchange, phase, day)
) WITHOUT ROWID;
)sql";

// The units of an instrument's prices and quantities, as powers of ten.
constexpr const char* kVersion6 = R"sql(
ALTER TABLE instruments ADD COLUMN price_exponent INTEGER NOT NULL DEFAULT -9;
ALTER TABLE instruments ADD COLUMN quantity_exponent INTEGER NOT NULL DEFAULT 0;
)sql";

// Keys have a label and their last use, and the number of one that was deleted is never given to another: a running
// gateway tells its clients' keys apart by it.
constexpr const char* kVersion7 = R"sql(
CREATE TABLE numbered_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users(id),
  hash BLOB NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER,
  revoked INTEGER,
  label TEXT NOT NULL DEFAULT '',
  used INTEGER
);
INSERT INTO numbered_keys (id, user_id, hash, scope, created, expires, revoked)
  SELECT id, user_id, hash, scope, created, expires, revoked FROM api_keys;
DROP TABLE api_keys;
ALTER TABLE numbered_keys RENAME TO api_keys;
)sql";

constexpr const char* kScripts[] = {kVersion1, kVersion2, kVersion3, kVersion4, kVersion5, kVersion6, kVersion7};

}  // namespace

std::span<const char* const> schema_scripts() { return kScripts; }

}  // namespace gw::database
