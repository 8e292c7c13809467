// Reads comma-separated values from a stream of bytes, one line at a time; quoted fields, LF and CRLF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"

namespace zerodha {

class CsvReader {
 public:
  // A longer line is no row of an instrument list; only its beginning is kept.
  static constexpr std::size_t kLongestLine = 4096;

  explicit CsvReader(const bgw_instrument_source& source) : source_(source) {}

  // Goes on to the next line that is not empty; false: the end.
  bool next();
  std::uint64_t line() const { return line_; }
  // The fields of the present line; valid until the next one.
  const std::vector<std::string>& fields() const { return fields_; }
  // Why the present line's fields are not to be trusted; empty: they are good.
  std::string_view problem() const { return problem_; }

 private:
  bool read_line();
  int next_byte();
  void split();

  const bgw_instrument_source& source_;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t line_ = 0;
  std::string text_;
  std::vector<std::string> fields_;
  std::string_view problem_;
};

}  // namespace zerodha
