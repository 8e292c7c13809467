// Writes what a link's process says into the gateway's log: its own lines as if they were the gateway's, everything
// else, like what a library prints, as words of that process. Thread: the one that reads them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/log_limit.hpp"

namespace gw::feed_process {

class LogRelay {
 public:
  explicit LogRelay(std::string broker) : broker_(std::move(broker)) {}

  void take(std::string_view output);  // as it comes, lines in pieces
  void end();                          // what has no line's end

 private:
  void relay(std::string_view line);

  std::string broker_;
  std::string rest_;
  log::Limited said_{"plugin", "process", {.lines_per_second = 20, .bytes_per_second = 16 * 1024}};
};

}  // namespace gw::feed_process
