// The database as a file: which one it is, how it is made, and who holds it. Any thread.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.hpp"

namespace gw::database {

// Two paths lead to the same file when these are equal. Zero: there is no such file.
struct FileIdentity {
  unsigned long long device = 0;
  unsigned long long inode = 0;

  bool exists() const { return inode != 0; }
  bool operator==(const FileIdentity&) const = default;
};
FileIdentity identity_of(const std::string& path);

// The path with symbolic links resolved, also where the file is not there yet.
std::string real_path(const std::string& path);
// That there is a file, which this process may read and write.
Result<void> check_file(const std::string& path);
// Makes an empty file (0600) and its folder (0700) where there is none. It never opens a file that is there: closing a
// database's descriptor would drop the locks that SQLite holds on it.
Result<void> make_file(const std::string& path);

// The right to serve a database: one process has it, for as long as this object lives. It is an flock on
// DATABASE.lock beside the database's real path; the file stays when the lock is given up.
class DatabaseLock {
 public:
  // Makes the database's file where there is none. The error names the process that holds the lock.
  static Result<std::unique_ptr<DatabaseLock>> take(const std::string& database);
  // "process 123" while another process holds the lock; empty: nobody holds it.
  static std::string holder(const std::string& database);
  ~DatabaseLock();
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

 private:
  explicit DatabaseLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace gw::database
