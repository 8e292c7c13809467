#include "core/database/backup.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/base/fresh_file.hpp"
#include "core/base/text.hpp"
#include "core/database/database.hpp"
#include "core/database/schema.hpp"

namespace gw::database {
namespace {

namespace fs = std::filesystem;

// Closes the handle also where the open failed.
struct Handle {
  Handle(const std::string& file, int flags) { code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr); }
  ~Handle() { sqlite3_close(handle); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  sqlite3* handle = nullptr;
  int code = SQLITE_OK;
};

Error failure(const std::string& what, sqlite3* handle) { return {what + ": " + sqlite3_errmsg(handle)}; }

// Copies page by page into an empty file; begins anew by itself when another process writes meanwhile.
Result<void> copy(sqlite3* from, const std::string& file) {
  {
    Handle to(file, SQLITE_OPEN_READWRITE);
    if (to.code != SQLITE_OK) return failure(file, to.handle);
    sqlite3_backup* backup = sqlite3_backup_init(to.handle, "main", from, "main");
    if (backup == nullptr) return failure(file, to.handle);
    int code = SQLITE_OK;
    for (int tries = 0; tries < 100 && code != SQLITE_DONE; ++tries) {
      code = sqlite3_backup_step(backup, -1);
      if (code == SQLITE_BUSY || code == SQLITE_LOCKED) sqlite3_sleep(50);
      if (code != SQLITE_BUSY && code != SQLITE_LOCKED && code != SQLITE_OK) break;
    }
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) return Error{file + ": " + sqlite3_errstr(code)};
    // A copy is one file: without a write-ahead log beside it.
    sqlite3_exec(to.handle, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
  }
  const int written = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = written >= 0 && ::fsync(written) == 0;
  if (written >= 0) ::close(written);
  if (!synced) return Error{file + ": " + std::strerror(errno)};
  return {};
}

// Moves what the write-ahead log of a database holds into its file, and removes the log. A file that is no database has
// none. The error: another process uses it.
Result<void> settle(const std::string& file) {
  Handle opened(file, SQLITE_OPEN_READWRITE);
  if (opened.code != SQLITE_OK) return {};
  constexpr int kPatienceMs = 5000;
  sqlite3_busy_timeout(opened.handle, kPatienceMs);
  const int code = sqlite3_exec(opened.handle, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
  if (code != SQLITE_BUSY && code != SQLITE_LOCKED) return {};
  return Error{file + ": another process uses it, expected none; nothing was changed"};
}

// Gives the file a second name, or makes a copy where the file system knows no second names.
Result<void> keep(const std::string& file, const std::string& name) {
  std::error_code ec;
  fs::create_hard_link(file, name, ec);
  if (ec) fs::copy_file(file, name, ec);
  if (ec) return Error{name + ": " + ec.message()};
  return {};
}

// A name beside the database that neither a file nor a log of one has.
std::string name_for_former(const std::string& database) {
  std::string time = iso_time(wall_ns()).substr(0, 19);
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  std::error_code ec;
  const std::string stem = database + ".before-" + time;
  std::string name = stem;
  const auto is_taken = [&] { return fs::exists(name, ec) || fs::exists(name + "-wal", ec); };
  for (int n = 2; is_taken(); ++n) name.assign(stem).append("-").append(std::to_string(n));
  return name;
}

// Keeps the database under another name, and moves away what SQLite would apply to a file that takes its place. The
// file itself stays. Returns the name; empty: there was no database.
Result<std::string> put_by(const std::string& database) {
  std::error_code ec;
  const std::string former = name_for_former(database);
  const bool is_there = fs::exists(database, ec) && fs::file_size(database, ec) != 0;
  if (is_there) {
    if (const auto settled = settle(database); !settled) return settled.error();
    if (const auto kept = keep(database, former); !kept) return kept.error();
  }
  // Of a damaged database, or of one that is gone: its log goes along under the name that SQLite looks for.
  for (const char* part : {"-wal", "-shm", "-journal"}) {
    if (!fs::exists(database + part, ec)) continue;
    fs::rename(database + part, former + part, ec);
    if (ec) return Error{database + part + ": " + ec.message()};
  }
  return is_there ? former : std::string();
}

// The first column of the first row; the error says what SQLite makes of the file.
Result<std::string> first_value(sqlite3* handle, const char* sql) {
  Statement statement(handle, sql);
  const auto row = statement.step();
  if (!row) return row.error();
  return std::string(*row ? statement.text(0) : "");
}

Result<void> check_schema(sqlite3* handle, const std::string& name) {
  Statement version(handle, "PRAGMA user_version");
  if (const auto row = version.step(); !row) return with_context(name, row.error());
  const auto known = static_cast<std::int64_t>(schema_scripts().size());
  if (version.integer(0) > known)
    return Error{name + ": found schema version " + std::to_string(version.integer(0)) + ", expected at most " +
                 std::to_string(known) + ": a newer gateway made it"};
  const auto tables = first_value(handle,
                                  "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('users', "
                                  "'api_keys', 'imports')");
  if (!tables) return with_context(name, tables.error());
  if (version.integer(0) < 1 || *tables != "3") return Error{name + ": it is no database of a gateway"};
  return {};
}

}  // namespace

Result<void> Backup::write(Database& database, const std::string& file, bool replace) {
  if (identity_of(file) == database.identity())
    return Error{"backup " + file + ": found the database itself, expected another file"};
  std::error_code ec;
  if (!replace && irregular_file_at(file).empty() && fs::exists(fs::symlink_status(file, ec)))
    return Error{"backup " + file + ": the file exists; --force replaces it"};
  const auto done = [&]() -> Result<void> {
    auto fresh = FreshFile::beside(file, 0600);
    if (!fresh) return fresh.error();
    if (const auto copied = copy(database.handle_, fresh->path()); !copied) return copied;
    return fresh->take_place();
  }();
  return done ? Result<void>() : Error{"backup " + done.error().message};
}

Result<void> Backup::check(const std::string& file) {
  if (!identity_of(file).exists()) return Error{"backup " + file + ": there is no such file"};
  Handle opened(file, SQLITE_OPEN_READONLY);
  const std::string name = "backup " + file;
  if (opened.code != SQLITE_OK) return failure(name, opened.handle);
  const auto integrity = first_value(opened.handle, "PRAGMA integrity_check");
  if (!integrity) return with_context(name, integrity.error());
  if (*integrity != "ok") return Error{name + ": it is damaged: " + *integrity};
  return check_schema(opened.handle, name);
}

Result<void> Backup::glance(const std::string& file) {
  std::string uri = "file:";
  for (const char c : file) uri += c == '?' ? "%3f" : c == '#' ? "%23" : c == '%' ? "%25" : std::string(1, c);
  Handle opened(uri + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  const std::string name = "database " + file;
  if (opened.code != SQLITE_OK) return failure(name, opened.handle);
  return check_schema(opened.handle, name);
}

Result<std::string> Backup::restore(const std::string& file, const std::string& database) {
  const std::string real = real_path(database);
  if (identity_of(file) == identity_of(real))
    return Error{"backup " + file + ": found the database itself, expected another file"};
  if (const auto good = check(file); !good) return good.error();
  // The new file is whole before anything is touched. Then a database stands at the path at every moment.
  auto fresh = FreshFile::beside(real, 0600);
  if (!fresh) return with_context("restore", fresh.error());
  {
    Handle from(file, SQLITE_OPEN_READONLY);
    if (from.code != SQLITE_OK) return failure("backup " + file, from.handle);
    if (const auto done = copy(from.handle, fresh->path()); !done) return with_context("restore", done.error());
  }
  auto former = put_by(real);
  if (!former) return with_context("restore", former.error());
  if (const auto done = fresh->take_place(); !done) return with_context("restore", done.error());
  return former;
}

}  // namespace gw::database
