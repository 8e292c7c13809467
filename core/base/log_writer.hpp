// Writes lines to the log's file or to standard error, and remembers what could not be written: lines are lost on a
// full disk or where nobody reads any more, and the first line after that says how many. [one thread at a time]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/descriptor.hpp"
#include "core/base/log_file.hpp"
#include "core/base/log_layout.hpp"
#include "core/base/log_line.hpp"

namespace gw::log {

class LogWriter {
 public:
  // Throws std::runtime_error when the file cannot be opened.
  explicit LogWriter(const Options& options);

  void add(const Line& line);
  // Writes what was added; without anything, tries to say how many lines were lost, if any were.
  void flush();
  // Closes the file and opens it again by its name.
  void reopen();

 private:
  void note(Level level, std::string_view text);  // a line of the log's own
  void lost(std::string_view unwritten, int error);
  void tell_standard_error(const std::string& text);
  std::string line_about_lost();
  void rotate(std::uint64_t bytes);

  std::optional<LogFile> file_;  // none: standard error
  const Descriptor standard_error_ = Descriptor::standard_error();
  LogLayout layout_;
  std::string text_;        // laid out, and not written yet
  std::uint64_t lost_ = 0;  // lines since the last one that was written whole
  std::string lost_why_;
  bool is_told_ = false;      // standard error knows that the file takes nothing
  bool ends_within_ = false;  // what was written last is half a line
};

}  // namespace gw::log
