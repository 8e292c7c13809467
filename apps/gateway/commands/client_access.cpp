#include "apps/gateway/commands/client_access.hpp"

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "apps/gateway/options_of.hpp"
#include "core/base/url.hpp"
#include "core/control/control_socket.hpp"

namespace gw::app {

Result<std::string> find_key(const Options& options, const std::string& given) {
  if (!given.empty()) return given;
  if (const char* variable = std::getenv("BROKER_GATEWAY_KEY"); variable != nullptr && *variable != '\0')
    return std::string(variable);
  if (const auto stored = config::read_secret_file(local_key_path(options)); stored && *stored && !(*stored)->empty())
    return **stored;
  return Error{"no API key: give --key, or set BROKER_GATEWAY_KEY; scripts/run makes one in state/local.key"};
}

std::optional<std::function<std::string()>> url_finder(const Options& options, const std::string& given) {
  if (!given.empty()) return [given] { return given; };
  const auto loaded = load_config(options);
  if (!loaded) return std::nullopt;
  return [config = loaded->config] {
    int port = config.server.port;
    if (const auto answer = control::ask(control_path(config.database), R"({"command":"status"})"); answer) {
      const auto status = nlohmann::json::parse(*answer, nullptr, false);
      if (status.is_object()) port = status.value("port", port);
    }
    return server_url("ws", plain_hosts(config.server).front(), port);
  };
}

Result<SymbolName> parse_instrument(const std::string& text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == text.size())
    return Error{"INSTRUMENT: found " + text + ", expected SYMBOL.EXCHANGE, like RELIANCE.NSE"};
  return SymbolName{text.substr(0, dot), text.substr(dot + 1)};
}

Result<int> parse_mode(const std::string& text) {
  if (text == "ltp") return 1;
  if (text == "quote") return 2;
  if (text == "depth") return 4;
  return Error{"--mode: found " + text + ", expected ltp, quote or depth"};
}

}  // namespace gw::app
