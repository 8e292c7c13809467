// Whether a request with an `Origin` may use the gateway. Browsers say in it where the page that connects is from; some
// client libraries send the address that they connect to, most send none. Pure functions. [any]
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gw::admission {

struct OriginRule {
  std::vector<std::string> allowed;  // as browsers write them: https://desk.example.com
  // The gateway's own names, in lower case, by which it is reached through reverse proxies.
  std::vector<std::string> names{};
  // The gateway listens on loopback only. A page that reaches it by another name comes from somebody who made that name
  // resolve to loopback (DNS rebinding).
  bool loopback_only = true;
};

// `host`: of the request's Host header. Pages of this machine and of the gateway's own names are always allowed, with
// any scheme and port; pages of the same host unless `loopback_only`.
bool is_allowed_origin(std::string_view origin, std::string_view host, const OriginRule& rule);

// What an operator writes into gateway.yaml to allow a refused origin; lines for people, each of them one way.
std::vector<std::string> ways_to_allow(std::string_view origin, std::string_view host);

}  // namespace gw::admission
