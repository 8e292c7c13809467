#include "core/instruments/instrument_store.hpp"

namespace gw::instruments {

Result<std::shared_ptr<const Index>> InstrumentStore::load(std::string_view plugin) {
  auto query = database_.prepare(
      "SELECT symbol, exchange, broker_symbol, broker_exchange, token, name, instrument_type, expiry, strike, "
      "tick_size, "
      "lot_size FROM instruments WHERE plugin = ?");
  query.bind(1, plugin);
  Index::Builder builder(1024);
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return std::make_shared<const Index>(std::move(builder).build());
    builder.add({query.text(0), query.text(1), query.text(2), query.text(3), query.text(4), query.text(5),
                 query.text(6), query.text(7), query.integer(8), query.integer(9), query.integer(10)});
  }
}

Result<void> InstrumentStore::replace(std::string_view plugin, std::string_view source,
                                      const std::vector<InstrumentView>& rows, std::int64_t now_ns,
                                      const ListVersion& version) {
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  auto clear = database_.prepare("DELETE FROM instruments WHERE plugin = ?");
  if (const auto done = clear.bind(1, plugin).run(); !done) return done;
  auto insert = database_.prepare("INSERT INTO instruments VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const InstrumentView& r : rows) {
    insert.bind(1, plugin).bind(2, r.symbol).bind(3, r.exchange).bind(4, r.broker_symbol).bind(5, r.broker_exchange);
    insert.bind(6, r.token).bind(7, r.name).bind(8, r.instrument_type).bind(9, r.expiry);
    insert.bind(10, r.strike).bind(11, r.tick_size).bind(12, r.lot_size);
    if (const auto done = insert.run(); !done)
      return with_context("instrument " + std::string(r.symbol) + "." + std::string(r.exchange), done.error());
  }
  auto note = database_.prepare(
      "INSERT INTO imports (plugin, source, imported, rows, generation, etag, last_modified) VALUES (?, ?, ?, ?, 1, ?, "
      "?) ON CONFLICT (plugin) DO UPDATE SET source = excluded.source, imported = excluded.imported, rows = "
      "excluded.rows, etag = excluded.etag, last_modified = excluded.last_modified, generation = generation + 1");
  note.bind(1, plugin).bind(2, source).bind(3, now_ns).bind(4, static_cast<std::int64_t>(rows.size()));
  note.bind(5, version.etag).bind(6, version.last_modified);
  if (const auto done = note.run(); !done) return done;
  return transaction.commit();
}

Result<std::optional<LastImport>> InstrumentStore::last_import(std::string_view plugin) {
  auto query = database_.prepare("SELECT source, etag, last_modified, imported, rows FROM imports WHERE plugin = ?");
  const auto row = query.bind(1, plugin).step();
  if (!row) return row.error();
  if (!*row) return std::optional<LastImport>{};
  const auto text = [&](int column) { return std::string(query.text(column)); };
  return std::optional(LastImport{text(0), {text(1), text(2)}, query.integer(3), query.integer(4)});
}

Result<std::int64_t> InstrumentStore::generation(std::string_view plugin) {
  auto query = database_.prepare("SELECT generation FROM imports WHERE plugin = ?");
  const auto row = query.bind(1, plugin).step();
  if (!row) return row.error();
  return *row ? query.integer(0) : 0;
}

}  // namespace gw::instruments
