// Copies of the database: made while a gateway serves it, put back while none does.
#include <cstdio>
#include <filesystem>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/own_files.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "core/database/backup.hpp"
#include "core/database/database_file.hpp"

namespace gw::app {

int backup(const Options& options, const std::string& file, bool force) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  const OwnFiles own =
      gateway->loaded() ? OwnFiles(*gateway->loaded()) : OwnFiles(gateway->file(), gateway->database());
  if (const std::string what = own.what_is_at(file); !what.empty())
    return fail("backup " + file + ": found " + what + ", expected another file");
  auto database = gateway->open_database(database::IfAbsent::fail);
  if (!database) return fail(database.error().message);
  if (const auto done = database::Backup::write(**database, file, force); !done) return fail(done.error().message);
  std::printf("%s holds a copy of %s\n", file.c_str(), gateway->database().c_str());
  return kDone;
}

int restore(const Options& options, const std::string& file) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  if (const auto good = database::Backup::check(file); !good) return fail(good.error().message);
  const bool was_there = database::identity_of(gateway->database()).exists();
  const auto lock = database::DatabaseLock::take(gateway->database());
  if (!lock) return fail("restore: nothing was changed. " + lock.error().message);
  const auto former = database::Backup::restore(file, gateway->database());
  if (!former) {
    // Taking the lock made an empty file, which would pass for a database.
    const std::string real = database::real_path(gateway->database());
    std::error_code ec;
    if (!was_there && std::filesystem::file_size(real, ec) == 0) std::filesystem::remove(real, ec);
    return fail(former.error().message);
  }
  std::printf("database %s is restored from %s%s\n", gateway->database().c_str(), file.c_str(),
              former->empty() ? "" : ("; the former one is kept as " + *former).c_str());
  return kDone;
}

}  // namespace gw::app
