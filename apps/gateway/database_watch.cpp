#include "apps/gateway/database_watch.hpp"

#include <chrono>
#include <utility>

#include "core/accounts/account_store.hpp"
#include "core/base/log.hpp"
#include "core/database/backup.hpp"

namespace gw::app {
namespace {

// The control thread waits no longer for another process's transaction: it has commands to answer.
constexpr std::chrono::milliseconds kPatience{250};

}  // namespace

Result<void> DatabaseWatch::open() {
  const std::string& path = state_.config().database;
  auto lock = database::DatabaseLock::take(path);
  if (!lock) return lock.error();
  auto database = database::Database::open(path);
  if (!database) return database.error();
  lock_ = std::move(*lock);
  state_.database = std::move(*database);
  state_.database->set_patience(kPatience);
  return {};
}

Result<void> DatabaseWatch::start(TakeKeys take_keys, InstrumentLists& lists) {
  const auto version = state_.database->data_version();
  if (!version) return version.error();
  auto ring = accounts::AccountStore(*state_.database).load_ring();
  if (!ring) return ring.error();
  data_version_ = *version;
  take_keys_ = std::move(take_keys);
  lists_ = &lists;
  take_keys_(*ring);
  return {};
}

Result<void> DatabaseWatch::look() {
  auto seen = look_at_file();
  if (seen) seen = look_at_content();
  std::string problem = seen ? "" : seen.error().message;
  if (problem == this->problem()) return seen;
  if (!problem.empty())
    log::error("database", problem + "; going on with the keys and instruments known before");
  else
    log::info("database", "the database can be read again");
  const std::lock_guard lock(mutex_);
  problem_ = std::move(problem);
  return seen;
}

Result<void> DatabaseWatch::look_at_file() {
  const std::string path = state_.database->path();
  const database::FileIdentity now = database::identity_of(path);
  if (!now.exists())
    return Error{"database " + path + ": its file is gone; put it back, or end the gateway and restore a backup"};
  if (now == state_.database->identity()) return {};
  const std::string what = "the database's file was replaced";
  if (const auto good = database::Backup::glance(path); !good) return with_context(what, good.error());
  // SQLite keeps memory that belongs to the path: the former file is let go of before the other one is opened.
  state_.database = database::Database::closed(path);
  auto other = database::Database::open(path, database::IfAbsent::fail);
  if (!other) return with_context(what, other.error());
  state_.database = std::move(*other);
  state_.database->set_patience(kPatience);
  is_other_file_ = true;
  log::warning("database", path + " is another file than before: taking up its keys and instruments");
  return {};
}

Result<void> DatabaseWatch::look_at_content() {
  const auto version = state_.database->data_version();
  if (!version) return version.error();
  if (*version == data_version_ && !is_other_file_) return {};
  auto ring = accounts::AccountStore(*state_.database).load_ring();
  if (!ring) return ring.error();
  take_keys_(*ring);
  if (const auto lists = lists_->look_at_database(is_other_file_); !lists) return lists.error();
  data_version_ = *version;
  is_other_file_ = false;
  state_.database->empty_log();
  return {};
}

}  // namespace gw::app
