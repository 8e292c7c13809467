// Turns a broker's instrument file, or the rows that a plugin brings built in, into rows that are checked. The format
// is the plugin's business (bgw.instruments/1). Never looks at the clock: expired contracts stay.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

struct ImportReport {
  struct Skip {
    std::uint64_t line;
    std::string reason;
  };
  static constexpr std::size_t kMostSkips = 20;
  std::uint64_t read = 0;
  std::uint64_t skipped = 0;
  std::vector<Skip> first_skips;
};

// The rows of one import, with their texts.
class Import {
 public:
  using Progress = std::function<void(std::uint64_t bytes_read, std::uint64_t bytes_total)>;

  // `extension` is the plugin's. Errors name the file.
  Result<void> read_file(const bgw_instruments& extension, const std::string& path, const Progress& progress);
  Result<void> read_builtin(const bgw_instruments& extension);

  const ImportReport& report() const { return report_; }
  const std::vector<InstrumentView>& rows() const { return rows_; }
  Index index() const;

 private:
  static void on_row(void* context, const bgw_instrument* row);
  static void on_skip(void* context, std::uint64_t line, const char* reason);
  void take(const bgw_instrument& row);
  void skip(std::uint64_t line, std::string reason);
  std::string_view keep(const char* text);

  std::deque<std::string> chunks_;  // of texts; a chunk never grows past its capacity, so that views stay valid
  std::vector<InstrumentView> rows_;
  std::unordered_map<std::string, std::uint64_t> lines_;  // symbol and exchange -> line
  ImportReport report_;
};

}  // namespace gw::instruments
