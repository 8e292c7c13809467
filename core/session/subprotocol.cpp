#include "core/session/subprotocol.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/base/log_limit.hpp"
#include "core/base/text.hpp"

namespace gw::session {
namespace {

constexpr std::string_view kJson = "bgw.json.v1";

log::Limited of_subprotocols("proxy", "client");

std::string_view next_token(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(','), rest.size());
  std::string_view token = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  token.remove_prefix(std::min(token.find_first_not_of(" \t"), token.size()));
  return token.substr(0, token.find_last_not_of(" \t") + 1);
}

}  // namespace

void choose_subprotocol(const websocket::HttpRequest& request, std::vector<websocket::Header>& answer) {
  std::string offered;
  for (const websocket::Header& h : request.headers) {
    if (lower(h.name) != "sec-websocket-protocol") continue;
    for (std::string_view rest = h.value; !rest.empty();) {
      if (next_token(rest) != kJson) continue;
      answer.push_back({"Sec-WebSocket-Protocol", std::string(kJson)});
      return;
    }
    offered += (offered.empty() ? "" : ", ") + h.value;
  }
  if (offered.empty()) return;
  of_subprotocols.warning(request.remote,
                          "a client (" + request.remote + ") offers the subprotocol " + std::string(cut(offered)) +
                              ", the gateway knows " + std::string(kJson) +
                              ": it is answered without one, and most clients then close; offer that one, or none");
}

}  // namespace gw::session
