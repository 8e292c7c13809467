// The instruments of every plugin in SQLite: an import writes a whole list, load reads it whole into an Index. Belongs
// to the thread of its database.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/database/database.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

struct LastImport {
  std::string source;
  std::string last_modified;  // as the server gave it; empty: it gave none, or the list came from a file
  std::int64_t imported_ns = 0;
  std::int64_t rows = 0;
  ListInfo list;
};

class InstrumentStore {
 public:
  static constexpr std::int64_t kFormerDays = 10;
  static constexpr std::int64_t kMaxFormer = 50'000;  // former rows remembered of a plugin: the last to be lost

  explicit InstrumentStore(database::Database& database) : database_(database) {}

  Result<std::shared_ptr<const Index>> load(std::string_view plugin);
  // Replaces the list in one transaction: when anything fails, the old list stays. The generation grows by one;
  // `taken.rows` and `taken.list.generation` are ignored. A known row that the new ones lack is remembered for
  // Index::former until its symbol is listed again, and at most until kFormerDays after its expiry, or after it was
  // lost if it has no expiry.
  Result<void> replace(std::string_view plugin, const std::vector<InstrumentView>& rows, const LastImport& taken);
  // The server says that the list has not changed: if the list's time is that of its fetch, `now_ns` and `day` replace
  // it.
  Result<void> confirm(std::string_view plugin, std::int64_t now_ns, std::int64_t day);
  // Nothing: no list was ever imported.
  Result<std::optional<LastImport>> last_import(std::string_view plugin);
  // Grows with each replace; 0: no list was ever imported.
  Result<std::int64_t> generation(std::string_view plugin);

 private:
  // Known rows that are not among `rows` become former rows, lost on `day`.
  Result<void> remember_lost(std::string_view plugin, const std::vector<InstrumentView>& rows, std::int64_t day);
  Result<void> forget_former(std::string_view plugin, std::int64_t day);

  database::Database& database_;
};

}  // namespace gw::instruments
