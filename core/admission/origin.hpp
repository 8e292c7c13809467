// Whether a web page may use the gateway. Browsers say in `Origin` where the page that connects is from; other clients
// send none. Pure functions. [any]
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gw::admission {

struct OriginRule {
  std::vector<std::string> allowed;  // as browsers write them: https://desk.example.com
  // The gateway listens on loopback only. A page that reaches it by another name comes from somebody who made that name
  // resolve to loopback (DNS rebinding).
  bool loopback_only = true;
};

// `host`: of the request's Host header. Pages of this machine are always allowed, pages of the same host unless
// `loopback_only`.
bool is_allowed_origin(std::string_view origin, std::string_view host, const OriginRule& rule);

}  // namespace gw::admission
