#include "core/database/database.hpp"

#include <sqlite3.h>

#include "core/database/schema.hpp"

namespace gw::database {

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
  sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob(statement_, index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(statement_, index);
  return *this;
}

Result<bool> Statement::step() {
  const int code = statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return Error{std::string("database: ") + sqlite3_errmsg(database_)};
}

Result<void> Statement::run() {
  const auto stepped = step();
  if (statement_ != nullptr) sqlite3_reset(statement_);
  if (!stepped) return stepped.error();
  return {};
}

std::string_view Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

Result<std::unique_ptr<Database>> Database::open(const std::string& path, IfAbsent if_absent) {
  const auto there = if_absent == IfAbsent::make ? make_file(path) : check_file(path);
  if (!there) return there.error();
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  std::unique_ptr<Database> made(new Database(handle, path));
  if (code != SQLITE_OK) return Error{"database " + path + ": " + sqlite3_errmsg(handle)};
  made->identity_ = identity_of(path);
  sqlite3_busy_timeout(handle, made->patience_ms_);
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA foreign_keys=ON"})
    if (const auto done = made->execute(pragma); !done) return with_context(path, done.error());
  if (const auto migrated = made->migrate(path); !migrated) return migrated.error();
  return made;
}

std::unique_ptr<Database> Database::closed(const std::string& path) {
  sqlite3* handle = nullptr;
  sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE, nullptr);
  return std::unique_ptr<Database>(new Database(handle, path));
}

Database::~Database() { sqlite3_close(handle_); }

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return Error{std::string("database: ") + sqlite3_errmsg(handle_)};
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(handle_); }

Result<std::int64_t> Database::data_version() {
  Statement version = prepare("PRAGMA data_version");
  const auto row = version.step();
  if (!row) return row.error();
  return version.integer(0);
}

void Database::set_patience(std::chrono::milliseconds patience) {
  patience_ms_ = static_cast<int>(patience.count());
  sqlite3_busy_timeout(handle_, patience_ms_);
}

void Database::empty_log() {
  sqlite3_busy_timeout(handle_, 0);
  sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, patience_ms_);
}

Result<void> Database::migrate(const std::string& path) {
  const auto scripts = schema_scripts();
  const auto known = static_cast<std::int64_t>(scripts.size());
  Transaction transaction(*this);  // two processes may start at once: the second finds the work done
  if (!transaction.begun()) return transaction.begun().error();
  std::int64_t version = 0;
  {
    Statement statement = prepare("PRAGMA user_version");
    if (const auto row = statement.step(); !row) return with_context(path, row.error());
    version = statement.integer(0);
  }
  if (version > known)
    return Error{"database " + path + ": found schema version " + std::to_string(version) + ", expected at most " +
                 std::to_string(known) + ": a newer gateway made it"};
  for (std::int64_t v = version; v < known; ++v)
    if (const auto done = execute(scripts[static_cast<std::size_t>(v)]); !done) return with_context(path, done.error());
  if (version < known)
    if (const auto done = execute("PRAGMA user_version=" + std::to_string(known)); !done) return done;
  return transaction.commit();
}

}  // namespace gw::database
