// How a line of the log looks: as text, as JSON, or as the system's journal wants it. [the thread that writes]
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/log_line.hpp"

namespace gw::log {

class LogLayout {
 public:
  // `to_journal`: each line begins with its priority as systemd reads it (<3> error … <7> debug), and a text line has
  // no time and no level of its own, because the journal shows both.
  LogLayout(std::string_view format, bool to_journal);
  ~LogLayout();

  // Appends the line and its end to `out`.
  void append(const Line& line, std::string& out);

 private:
  struct Formatter;  // spdlog's

  const bool is_json_;
  const bool to_journal_;
  const std::unique_ptr<Formatter> formatter_;
};

}  // namespace gw::log
