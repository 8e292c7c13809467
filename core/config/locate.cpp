#include <cstdlib>

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

}  // namespace gw::config
