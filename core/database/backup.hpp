// Copies of a database as files: made while it is in use, and put back while it is not. Any thread.
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace gw::database {

class Database;

class Backup {
 public:
  // Copies the database into `file` (0600), also while other processes write to it. The copy appears whole, by a
  // rename. A file that is there is an error unless `replace`; what is no regular file is one in any case.
  static Result<void> write(Database& database, const std::string& file, bool replace);
  // Whether `file` is a whole database of ours, of a schema that this gateway knows; the error says what is wrong.
  static Result<void> check(const std::string& file);
  // The same of a file that this process may not lock, without looking for damage: reads it as it is on the disk.
  static Result<void> glance(const std::string& file);
  // Puts a copy of `file` in the place of `database`, whose lock the caller holds. Whenever this process is killed, the
  // former database or the new one is in the place, whole. Returns where the former one is now; empty: there was none.
  static Result<std::string> restore(const std::string& file, const std::string& database);
};

}  // namespace gw::database
