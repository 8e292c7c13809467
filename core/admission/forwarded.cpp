#include "core/admission/forwarded.hpp"

#include <optional>

#include "core/base/origin_form.hpp"
#include "core/base/text.hpp"

namespace gw::admission {
namespace {

// Some proxies write a port too: "192.0.2.7:4711", "[2001:db8::7]:4711".
std::optional<IpAddress> address_of(std::string_view entry) {
  if (const auto plain = parse_ip(entry)) return plain;
  return parse_ip(host_of_authority(entry));
}

}  // namespace

std::string client_address(const std::vector<std::string_view>& lines, std::string_view peer,
                           const std::vector<Network>& trusted) {
  std::optional<IpAddress> client = parse_ip(peer);
  if (!client) return std::string(peer);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::string_view left = *line;
    for (bool is_first = false; !is_first;) {
      if (!has(trusted, *client)) return text_of(*client);
      const std::size_t comma = left.rfind(',');
      is_first = comma == std::string_view::npos;
      const std::string_view entry = trimmed(is_first ? left : left.substr(comma + 1));
      if (!is_first) left = left.substr(0, comma);
      if (entry.empty()) continue;
      const auto before = address_of(entry);
      if (!before) return text_of(*client);
      client = before;
    }
  }
  return text_of(*client);
}

}  // namespace gw::admission
