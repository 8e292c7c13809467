#include "core/instruments/instrument_store.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "core/base/dates.hpp"

namespace gw::instruments {
namespace {

constexpr std::array<std::string_view, 5> kTimeWords = {"last_modified", "fetched", "given", "file", "day"};

std::string_view word(ListTime time) { return kTimeWords[static_cast<std::size_t>(time)]; }

ListTime list_time(std::string_view word) {
  const auto found = std::find(kTimeWords.begin(), kTimeWords.end(), word);
  return found == kTimeWords.end() ? ListTime::fetched : static_cast<ListTime>(found - kTimeWords.begin());
}

}  // namespace

Result<std::shared_ptr<const Index>> InstrumentStore::load(std::string_view plugin) {
  // One transaction, so that rows and generation belong to the same list.
  const database::Transaction transaction(database_, database::Transaction::Kind::read);
  if (!transaction.begun()) return transaction.begun().error();
  Index::Builder builder(1024);
  const auto last = last_import(plugin);
  if (!last) return last.error();
  if (*last) builder.describe((*last)->list);
  auto query = database_.prepare(
      "SELECT symbol, exchange, broker_symbol, broker_exchange, token, name, instrument_type, expiry, strike, "
      "tick_size, lot_size, exchange_number, price_exponent, quantity_exponent FROM instruments WHERE plugin = ?");
  query.bind(1, plugin);
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) break;
    builder.add({query.text(0),
                 query.text(1),
                 query.text(2),
                 query.text(3),
                 query.text(4),
                 query.text(5),
                 query.text(6),
                 query.text(7),
                 query.integer(8),
                 query.integer(9),
                 query.integer(10),
                 query.text(11),
                 {static_cast<std::int8_t>(query.integer(12)), static_cast<std::int8_t>(query.integer(13))}});
  }
  auto former = database_.prepare(
      "SELECT symbol, exchange, token, broker_exchange, instrument_type, expiry, strike FROM former_instruments WHERE "
      "plugin = ?");
  former.bind(1, plugin);
  for (;;) {
    const auto row = former.step();
    if (!row) return row.error();
    if (!*row) return std::make_shared<const Index>(std::move(builder).build());
    InstrumentView lost;
    lost.symbol = former.text(0);
    lost.exchange = former.text(1);
    lost.token = former.text(2);
    lost.broker_exchange = former.text(3);
    lost.instrument_type = former.text(4);
    lost.expiry = former.text(5);
    lost.strike = former.integer(6);
    builder.add_former(lost);
  }
}

Result<void> InstrumentStore::remember_lost(std::string_view plugin, const std::vector<InstrumentView>& rows,
                                            std::int64_t day) {
  const auto key = [](std::string_view symbol, std::string_view exchange) {
    return std::string(symbol).append(1, '\n').append(exchange);
  };
  std::unordered_set<std::string> listed;
  listed.reserve(rows.size());
  for (const InstrumentView& row : rows) listed.insert(key(row.symbol, row.exchange));
  auto known = database_.prepare("SELECT symbol, exchange FROM instruments WHERE plugin = ?");
  auto note = database_.prepare(
      "INSERT OR REPLACE INTO former_instruments SELECT plugin, symbol, exchange, token, broker_exchange, "
      "instrument_type, expiry, strike, ? FROM instruments WHERE plugin = ? AND symbol = ? AND exchange = ?");
  known.bind(1, plugin);
  for (;;) {
    const auto row = known.step();
    if (!row) return row.error();
    if (!*row) return {};
    const std::string_view symbol = known.text(0);
    const std::string_view exchange = known.text(1);
    if (listed.contains(key(symbol, exchange))) continue;
    if (const auto done = note.bind(1, day).bind(2, plugin).bind(3, symbol).bind(4, exchange).run(); !done) return done;
  }
}

Result<void> InstrumentStore::forget_former(std::string_view plugin, std::int64_t day) {
  auto old = database_.prepare(
      "DELETE FROM former_instruments WHERE plugin = ?1 AND (CASE expiry WHEN '' THEN gone < ?2 ELSE expiry < ?3 END "
      "OR EXISTS (SELECT 1 FROM instruments AS now WHERE now.plugin = ?1 AND now.symbol = former_instruments.symbol "
      "AND "
      "now.exchange = former_instruments.exchange))");
  old.bind(1, plugin).bind(2, day - kFormerDays).bind(3, iso_day(day - kFormerDays));
  if (const auto done = old.run(); !done) return done;
  auto too_many = database_.prepare(
      "DELETE FROM former_instruments WHERE plugin = ?1 AND (symbol, exchange) IN (SELECT symbol, exchange FROM "
      "former_instruments WHERE plugin = ?1 ORDER BY gone DESC, symbol, exchange LIMIT -1 OFFSET ?2)");
  return too_many.bind(1, plugin).bind(2, kMaxFormer).run();
}

Result<void> InstrumentStore::replace(std::string_view plugin, const std::vector<InstrumentView>& rows,
                                      const LastImport& taken) {
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  const std::int64_t day = day_at(taken.imported_ns, 0);  // UTC is close enough: kFormerDays is many days
  if (const auto done = remember_lost(plugin, rows, day); !done) return done;
  auto clear = database_.prepare("DELETE FROM instruments WHERE plugin = ?");
  if (const auto done = clear.bind(1, plugin).run(); !done) return done;
  auto insert = database_.prepare("INSERT INTO instruments VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const InstrumentView& r : rows) {
    insert.bind(1, plugin).bind(2, r.symbol).bind(3, r.exchange).bind(4, r.broker_symbol).bind(5, r.broker_exchange);
    insert.bind(6, r.token).bind(7, r.name).bind(8, r.instrument_type).bind(9, r.expiry);
    insert.bind(10, r.strike).bind(11, r.tick_size).bind(12, r.lot_size).bind(13, r.exchange_number);
    insert.bind(14, r.exponents.price).bind(15, r.exponents.quantity);
    if (const auto done = insert.run(); !done)
      return with_context("instrument " + std::string(r.symbol) + "." + std::string(r.exchange), done.error());
  }
  if (const auto done = forget_former(plugin, day); !done) return done;
  auto note = database_.prepare(
      "INSERT INTO imports (plugin, source, imported, rows, generation, etag, last_modified, time, time_of, day) "
      "VALUES "
      "(?, ?, ?, ?, 1, ?, ?, ?, ?, ?) ON CONFLICT (plugin) DO UPDATE SET source = excluded.source, imported = "
      "excluded.imported, rows = excluded.rows, etag = excluded.etag, last_modified = excluded.last_modified, time = "
      "excluded.time, time_of = excluded.time_of, day = excluded.day, generation = generation + 1");
  note.bind(1, plugin).bind(2, taken.source).bind(3, taken.imported_ns);
  note.bind(4, static_cast<std::int64_t>(rows.size())).bind(5, taken.list.etag).bind(6, taken.last_modified);
  note.bind(7, taken.list.time_ns).bind(8, word(taken.list.time_of)).bind(9, taken.list.day);
  if (const auto done = note.run(); !done) return done;
  return transaction.commit();
}

Result<void> InstrumentStore::confirm(std::string_view plugin, std::int64_t now_ns, std::int64_t day) {
  auto note = database_.prepare("UPDATE imports SET time = ?, day = ? WHERE plugin = ? AND time_of = 'fetched'");
  return note.bind(1, now_ns).bind(2, day).bind(3, plugin).run();
}

Result<std::optional<LastImport>> InstrumentStore::last_import(std::string_view plugin) {
  auto query = database_.prepare(
      "SELECT source, last_modified, imported, rows, generation, time, time_of, day, etag FROM imports WHERE plugin = "
      "?");
  const auto row = query.bind(1, plugin).step();
  if (!row) return row.error();
  if (!*row) return std::optional<LastImport>{};
  const auto text = [&](int column) { return std::string(query.text(column)); };
  ListInfo list{query.integer(4), query.integer(5), list_time(query.text(6)), query.integer(7), text(8)};
  return std::optional(LastImport{text(0), text(1), query.integer(2), query.integer(3), std::move(list)});
}

Result<std::int64_t> InstrumentStore::generation(std::string_view plugin) {
  const auto last = last_import(plugin);
  if (!last) return last.error();
  return *last ? (*last)->list.generation : 0;
}

}  // namespace gw::instruments
