// The instruments of every plugin in SQLite: written whole by an import, read whole into an Index.
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
  std::string last_modified;  // as the server said it; empty: it did not, or the list came from a file
  std::int64_t imported_ns = 0;
  std::int64_t rows = 0;
  ListInfo list;
};

class InstrumentStore {
 public:
  static constexpr std::int64_t kFormerDays = 10;
  static constexpr std::int64_t kMaxFormer = 50'000;  // that are remembered of a plugin: the last to be lost

  explicit InstrumentStore(database::Database& database) : database_(database) {}

  Result<std::shared_ptr<const Index>> load(std::string_view plugin);
  // In one transaction: what was there stays when anything fails. `taken.rows` and its generation are not looked at:
  // the generation grows by one. A known row that the new ones lack is remembered for Index::former: until its symbol
  // is listed again, and at most until kFormerDays after its expiry, or after it was lost where it has none.
  Result<void> replace(std::string_view plugin, const std::vector<InstrumentView>& rows, const LastImport& taken);
  // The server says that the list is still the present one: where its time is that of the fetch, it is now this.
  Result<void> confirm(std::string_view plugin, std::int64_t now_ns, std::int64_t day);
  // Nothing was ever imported: nothing.
  Result<std::optional<LastImport>> last_import(std::string_view plugin);
  // Grows with each replace; 0: nothing was ever imported.
  Result<std::int64_t> generation(std::string_view plugin);

 private:
  // Rows that are known and not among `rows` become former ones, as of this day.
  Result<void> remember_lost(std::string_view plugin, const std::vector<InstrumentView>& rows, std::int64_t day);
  Result<void> forget_former(std::string_view plugin, std::int64_t day);

  database::Database& database_;
};

}  // namespace gw::instruments
