// SQLite behind three small types: Database, Statement, Transaction. SQLite's header stays in the .cpp. An object
// belongs to one thread; several processes may have the file open at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"
#include "core/database/database_file.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace gw::database {

class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);  // a broken statement fails in step()
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, std::string_view text);  // `index` counts from 1
  Statement& bind(int index, std::int64_t value);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  // True: a row is there. False: done.
  Result<bool> step();
  Result<void> run();                       // for statements without rows; ready to be bound and run again
  std::string_view text(int column) const;  // columns from 0; valid until the next step
  std::int64_t integer(int column) const;

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

enum class IfAbsent { make, fail };

class Database {
 public:
  // Brings the schema up to date; that of a newer gateway is an error. Where there is no such file, it makes one (0600)
  // and its folder (0700), or fails.
  static Result<std::unique_ptr<Database>> open(const std::string& path, IfAbsent if_absent = IfAbsent::make);
  // Of no file: every statement that reads or writes a table fails.
  static std::unique_ptr<Database> closed(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Statement prepare(std::string_view sql) { return {handle_, sql}; }
  Result<void> execute(const std::string& sql);
  std::int64_t last_id() const;
  // Changes when another connection committed: cheap to poll.
  Result<std::int64_t> data_version();
  const std::string& path() const { return path_; }
  // The file that was opened. Its path may lead to another one, or to none, since.
  const FileIdentity& identity() const { return identity_; }
  // How long a statement waits for another process's transaction; 5 s where nothing is said.
  void set_patience(std::chrono::milliseconds patience);
  // Moves what the write-ahead log holds into the file, where nobody reads: a file that is put in this one's place
  // then finds no log of its predecessor.
  void empty_log();

 private:
  friend class Backup;
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  Result<void> migrate(const std::string& path);
  sqlite3* handle_;
  std::string path_;
  FileIdentity identity_;
  int patience_ms_ = 5000;
};

// Rolls back unless committed.
class Transaction {
 public:
  enum class Kind { write, read };  // read: blocks no writer, and sees one state of the file
  explicit Transaction(Database& database, Kind kind = Kind::write)
      : database_(database), begun_(database.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN")) {}
  ~Transaction() {
    if (!committed_ && begun_) static_cast<void>(database_.execute("ROLLBACK"));
  }
  const Result<void>& begun() const { return begun_; }
  // A commit that failed (a full disk, a lock) is rolled back too, so that the next transaction can begin.
  Result<void> commit() {
    const auto done = database_.execute("COMMIT");
    committed_ = done.has_value();
    return done;
  }

 private:
  Database& database_;
  Result<void> begun_;
  bool committed_ = false;
};

}  // namespace gw::database
