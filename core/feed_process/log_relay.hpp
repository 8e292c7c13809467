// Writes what a plugin's process says into the gateway's log: its own lines as if they were the gateway's, everything
// else, like what a library prints, as words of that process. A plugin could write either, so both have a limit.
// Thread: the one that reads them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/log_limit.hpp"

namespace gw::feed_process {

class LogRelay {
 public:
  // `whose`: the broker, or the plugin's file.
  explicit LogRelay(std::string whose) : whose_(std::move(whose)) {}

  void take(std::string_view output);  // as it comes, lines in pieces
  void end();                          // what has no line's end
  // The last that was no line of a log.
  const std::string& last_words() const { return last_words_; }

 private:
  void relay(std::string_view line);

  std::string whose_;
  std::string rest_;
  std::string last_words_;
  // As much as the kinds of lines of one process may be together, each of which has a limit there.
  log::Limited lines_{
      "plugin", "process", {.lines = 2000, .lines_per_second = 200, .bytes = 1 << 20, .bytes_per_second = 128 * 1024}};
  log::Limited said_{"plugin", "process", {.lines_per_second = 20, .bytes_per_second = 16 * 1024}};
};

}  // namespace gw::feed_process
