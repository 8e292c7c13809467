// The database of a running gateway: opens it and holds its lock, notices when its file is replaced or gone, and takes
// up what other processes write. Thread: main until the control thread begins, then control.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/instrument_lists.hpp"
#include "core/accounts/key_ring.hpp"
#include "core/database/database_file.hpp"

namespace gw::app {

class DatabaseWatch {
 public:
  explicit DatabaseWatch(GatewayState& state) : state_(state) {}

  // Takes the lock, opens the database, and keeps both until this object ends.
  Result<void> open();
  using TakeKeys = std::function<void(const std::shared_ptr<const accounts::KeyRing>& keys)>;
  // Takes up the keys for the first time. `take_keys` and the lists have to outlive the last look().
  Result<void> start(TakeKeys take_keys, InstrumentLists& lists);
  // Takes up what has changed. A read that fails changes nothing in memory; it is logged once, and tried again at the
  // next look. The error says what is wrong at the moment.
  Result<void> look();
  // What is wrong, as of the last look; empty: nothing. [any]
  std::string problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
  }
  const database::Database& database() const { return *state_.database; }

 private:
  Result<void> look_at_file();
  Result<void> look_at_content();

  GatewayState& state_;
  std::unique_ptr<database::DatabaseLock> lock_;
  TakeKeys take_keys_;
  InstrumentLists* lists_ = nullptr;
  std::int64_t data_version_ = 0;  // the database's, when it was last taken up
  bool is_other_file_ = false;     // the database was opened anew, and nothing of it was taken up yet
  mutable std::mutex mutex_;       // of what follows
  std::string problem_;
};

}  // namespace gw::app
