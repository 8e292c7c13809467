#include <cstdlib>
#include <fstream>
#include <regex>
#include <string>

#include "core/config/load.hpp"

namespace gw::config {

Result<Located> locate(const std::optional<std::string>& named) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (named) {
    if (!fs::exists(*named, ec) || fs::is_directory(*named, ec))
      return Error{"--config: found " + *named + ", expected a file that exists"};
    return Located{*named, fs::absolute(*named).parent_path()};
  }
  if (fs::is_regular_file("gateway.yaml", ec)) return Located{"gateway.yaml", fs::current_path()};
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path base = state != nullptr && *state != '\0'
                            ? fs::path(state)
                            : fs::path(home == nullptr ? "." : home) / ".local" / "state";
  return Located{{}, base / "broker-gateway"};
}

std::string database_line(const Located& where) {
  std::string value = Config{}.database;
  std::ifstream file(where.path);
  for (std::string line; !where.path.empty() && std::getline(file, line);) {
    // Also `"database": "…",`, as JSON has it.
    static const std::regex pattern(
        R"re(^\s*"?database"?\s*:\s*(?:"([^"]+)"|'([^']+)'|([^\s#,"'][^#,]*?))\s*,?\s*(?:#.*)?$)re");
    std::smatch found;
    if (line.size() > 4096 || !std::regex_match(line, found, pattern)) continue;
    for (std::size_t i = 1; i < found.size(); ++i)
      if (found[i].matched) value = found[i];
    break;
  }
  const std::filesystem::path path(value);
  return (path.is_absolute() ? path : where.folder / path).lexically_normal().string();
}

}  // namespace gw::config
