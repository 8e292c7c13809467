#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/config/load.hpp"

namespace gw::config {

namespace {

// The gateway.yaml of an installed gateway, if there is one: in /etc for /usr/bin/broker-gateway, else in the folder
// etc of the program's prefix.
std::optional<std::filesystem::path> installed_file() {
  namespace fs = std::filesystem;
  std::error_code ec;
  const fs::path program = fs::read_symlink("/proc/self/exe", ec);
  if (ec || program.parent_path().filename() != "bin") return std::nullopt;
  const fs::path prefix = program.parent_path().parent_path();
  const fs::path file = (prefix == "/usr" ? fs::path("/etc") : prefix / "etc") / "broker-gateway" / "gateway.yaml";
  return fs::is_regular_file(file, ec) ? std::optional(file) : std::nullopt;
}

}  // namespace

Result<Located> locate(const std::optional<std::string>& named) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (named) {
    if (!fs::exists(*named, ec) || fs::is_directory(*named, ec))
      return Error{"--config: found " + *named + ", expected a file that exists"};
    return Located{*named, fs::absolute(*named).parent_path()};
  }
  if (fs::is_regular_file("gateway.yaml", ec)) return Located{"gateway.yaml", fs::current_path()};
  if (const auto installed = installed_file()) return Located{*installed, installed->parent_path()};
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path base = state != nullptr && *state != '\0'
                            ? fs::path(state)
                            : fs::path(home == nullptr ? "." : home) / ".local" / "state";
  return Located{{}, base / "broker-gateway"};
}

namespace {

// The value of a line `database: VALUE`, or `"database": "VALUE",` as JSON has it; empty: the line is another one.
std::string_view database_value(std::string_view line) {
  constexpr std::string_view kKey = "database";
  line = trimmed(line);
  const bool is_quoted = line.starts_with('"');
  if (is_quoted) line.remove_prefix(1);
  if (!line.starts_with(kKey)) return {};
  line.remove_prefix(kKey.size());
  if (is_quoted != line.starts_with('"')) return {};
  line = trimmed(line.substr(is_quoted ? 1 : 0));
  if (!line.starts_with(':')) return {};
  line = trimmed(line.substr(1));
  if (line.empty()) return {};
  if (line[0] != '"' && line[0] != '\'') return trimmed(line.substr(0, line.find_first_of("#,")));
  const std::size_t end = line.find(line[0], 1);
  return end == line.npos ? std::string_view{} : line.substr(1, end - 1);
}

}  // namespace

std::string database_line(const Located& where) {
  std::string value = Config{}.database;
  std::ifstream file(where.path);
  for (std::string line; !where.path.empty() && std::getline(file, line);) {
    const std::string_view found = database_value(line);
    if (found.empty()) continue;
    value = found;
    break;
  }
  const std::filesystem::path path(value);
  return (path.is_absolute() ? path : where.folder / path).lexically_normal().string();
}

}  // namespace gw::config
