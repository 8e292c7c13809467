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

// What a web server calls one state of a list, to ask later whether it has changed; empty: nothing known.
struct ListVersion {
  std::string etag;
  std::string last_modified;
};

struct LastImport {
  std::string source;
  ListVersion version;
  std::int64_t imported_ns = 0;
  std::int64_t rows = 0;
};

class InstrumentStore {
 public:
  explicit InstrumentStore(database::Database& database) : database_(database) {}

  Result<std::shared_ptr<const Index>> load(std::string_view plugin);
  // In one transaction: what was there stays when anything fails.
  Result<void> replace(std::string_view plugin, std::string_view source, const std::vector<InstrumentView>& rows,
                       std::int64_t now_ns, const ListVersion& version = {});
  // Nothing was ever imported: nothing.
  Result<std::optional<LastImport>> last_import(std::string_view plugin);
  // Grows with each replace; 0: nothing was ever imported.
  Result<std::int64_t> generation(std::string_view plugin);

 private:
  database::Database& database_;
};

}  // namespace gw::instruments
