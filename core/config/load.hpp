// Reads gateway.yaml, and calendar.yaml with it, into a Config, or lists everything that is wrong. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/calendar.hpp"
#include "core/config/config.hpp"

namespace gw::config {

struct Problem {
  std::string file;
  int line = 1;  // 1 also for the file as a whole
  std::string key;
  std::string found;
  std::string expected;

  std::string text() const;  // FILE:LINE: KEY: found …, expected …
};

struct Loaded {
  Config config;
  calendar::Calendar calendar;  // read by load() only
  std::string file;             // as shown in problems
  bool is_built_in = false;     // there is no gateway.yaml
  std::vector<Problem> problems;
  std::map<std::string, int> lines;  // where each key with one value stands

  // 1 for a key that is not in the file.
  int line_of(const std::string& key) const {
    const auto found = lines.find(key);
    return found == lines.end() ? 1 : found->second;
  }
};

// Relative paths in `text` are relative to `folder`. Never throws.
Loaded load_text(std::string_view text, const std::string& file, const std::filesystem::path& folder);
Loaded load_file(const std::filesystem::path& path);

// The gateway.yaml and the calendar.yaml that this program was built with.
std::string_view shipped_config();
std::string_view shipped_calendar();

struct Located {
  std::filesystem::path path;    // empty: the shipped one
  std::filesystem::path folder;  // for relative paths
};
// The file `named`, else ./gateway.yaml, else that of the installed gateway (/etc/broker-gateway/gateway.yaml), else
// the shipped one, with its database in the user's state folder.
Result<Located> locate(const std::optional<std::string>& named);
// The database that the file names, also where the rest of the file cannot be used, like while it is being edited: the
// value of its line `database:`, else the default.
std::string database_line(const Located& where);
// Loads both files; problems of the calendar are among the problems.
Loaded load(const Located& where);

}  // namespace gw::config
