// Turns a broker's instrument file, or a plugin's built-in rows, into checked rows. The format is the plugin's business
// (bgw.instruments/1). Never looks at the clock: expired contracts stay. Belongs to one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

// The rules by which the rows of a plugin are checked.
struct ImportRules {
  std::vector<std::string> exchanges;       // those of the plugin's capabilities; empty: any
  bool tokens_per_exchange = false;         // a token is unique within its broker_exchange only
  std::uint64_t longest_file = 1ULL << 30;  // bytes, unpacked
};

struct ImportReport {
  struct Skip {
    std::uint64_t place;
    std::string reason;
  };
  // Two instruments with the same token: both will tick with its values.
  struct SharedToken {
    std::string token;
    std::string first;  // SYMBOL.EXCHANGE
    std::uint64_t first_place;
    std::string later;
    std::uint64_t later_place;
  };
  static constexpr std::size_t kMaxSkips = 20;  // how many skips and shared tokens are kept
  std::string place_word = "line";              // what a place counts in this file: see bgw_instruments
  std::uint64_t read = 0;
  std::uint64_t skipped = 0;
  std::vector<Skip> first_skips;
  std::uint64_t shared = 0;
  std::vector<SharedToken> first_shared;
};

// "token 256001 is shared by A.NSE (line 2) and B.NSE (line 3): both tick with its values"
std::string text_of(const ImportReport::SharedToken& shared, const std::string& place_word);

using ListProgress = std::function<void(std::uint64_t bytes_read, std::uint64_t bytes_total)>;

// Has the plugin read a file into `sink`, of which at most `longest` bytes are unpacked. The error names the file.
Result<void> parse_list(const bgw_instruments& extension, const std::string& path, std::uint64_t longest,
                        const ListProgress& progress, const bgw_instrument_sink& sink);
Result<void> builtin_list(const bgw_instruments& extension, const bgw_instrument_sink& sink);
// The word that its messages have before the place of a row.
std::string place_word_of(const bgw_instruments& extension);

// The rows of one import, with their texts.
class Import {
 public:
  using Progress = ListProgress;

  Import() = default;
  explicit Import(ImportRules rules) : rules_(std::move(rules)) {}

  // `extension` is the plugin's. A gzip file is unpacked. The error names the file.
  Result<void> read_file(const bgw_instruments& extension, const std::string& path, const Progress& progress);
  Result<void> read_builtin(const bgw_instruments& extension);

  // Takes the rows of whoever reads a list: see bgw_instrument_sink. It lives as long as this stays where it is.
  bgw_instrument_sink sink() { return {sizeof(bgw_instrument_sink), 0, this, &Import::on_row, &Import::on_skip}; }
  void set_place_word(std::string word) { report_.place_word = std::move(word); }
  const ImportRules& rules() const { return rules_; }

  const ImportReport& report() const { return report_; }
  const std::vector<InstrumentView>& rows() const { return rows_; }
  Index index() const;

 private:
  static void on_row(void* context, const bgw_instrument* row);
  static void on_skip(void* context, std::uint64_t place, const char* reason);
  void take(const bgw_instrument& row);
  // What is wrong with the row; empty when it is good.
  std::string problem_of(const bgw_instrument& row) const;
  void note_token(const bgw_instrument& row);
  void skip(std::uint64_t place, std::string reason);
  std::string_view keep(const char* text);

  std::deque<std::string> chunks_;  // of texts; a chunk never grows past its capacity, so that views stay valid
  std::vector<InstrumentView> rows_;
  std::unordered_map<std::string, std::uint64_t> first_places_;  // symbol and exchange -> place
  struct Holder {
    std::size_t row;
    std::uint64_t place;
  };
  std::unordered_map<std::string, Holder> tokens_;  // by token: the first row that has it
  ImportRules rules_;
  ImportReport report_;
};

}  // namespace gw::instruments
