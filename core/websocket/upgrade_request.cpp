#include "core/websocket/upgrade_request.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace gw::websocket {
namespace {

// All values of a list, from all its lines, in lower case, without the blanks around them and each between commas:
// ",keep-alive,upgrade,".
std::string list_of(const std::vector<Header>& headers, std::string_view name) {
  std::string list = ",";
  for (const Header& header : headers) {
    if (lower(header.name) != name) continue;
    const std::string value = lower(header.value);
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t end = std::min(value.find(',', at), value.size());
      list.append(trimmed(std::string_view(value).substr(at, end - at))).append(1, ',');
      at = end + 1;
    }
  }
  return list;
}

}  // namespace

std::string missing_for_upgrade(std::string_view method, bool is_http_1_1, const std::vector<Header>& headers) {
  std::string missing;
  const auto lacks = [&missing](bool is_lacking, std::string_view what, std::string_view found) {
    if (!is_lacking) return;
    missing += missing.empty() ? "" : ", ";
    missing += what;
    if (found.empty()) return;
    std::string shown(cut(found));  // in an answer that is UTF-8
    for (char& c : shown)
      if (c < ' ' || c > '~') c = '?';
    missing += " (found " + shown + ')';
  };
  // Without the commas at both ends.
  const auto found = [](std::string_view list) { return list.size() < 3 ? "" : list.substr(1, list.size() - 2); };
  const std::string connection = list_of(headers, "connection");
  const std::string upgrade = list_of(headers, "upgrade");
  const std::string version = list_of(headers, "sec-websocket-version");
  lacks(method != "GET", "GET", method);
  lacks(!is_http_1_1, "HTTP/1.1", "HTTP/1.0");
  lacks(connection.find(",upgrade,") == std::string::npos, "Connection: Upgrade", found(connection));
  lacks(upgrade.find(",websocket,") == std::string::npos, "Upgrade: websocket", found(upgrade));
  lacks(version.find(",13,") == std::string::npos, "Sec-WebSocket-Version: 13", found(version));
  return missing;
}

}  // namespace gw::websocket
