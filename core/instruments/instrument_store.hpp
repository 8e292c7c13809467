// The instruments of every plugin in SQLite: written whole by an import, read whole into an Index.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/database/database.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

class InstrumentStore {
 public:
  explicit InstrumentStore(database::Database& database) : database_(database) {}

  Result<std::shared_ptr<const Index>> load(std::string_view plugin);
  // In one transaction: what was there stays when anything fails.
  Result<void> replace(std::string_view plugin, std::string_view source, const std::vector<InstrumentView>& rows,
                       std::int64_t now_ns);
  // Grows with each replace; 0: nothing was ever imported.
  Result<std::int64_t> generation(std::string_view plugin);

 private:
  database::Database& database_;
};

}  // namespace gw::instruments
