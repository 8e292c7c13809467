// Whether a web page may use the gateway: browsers say in `Origin` where the page that connects is from. Other clients
// send none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gw::admission {

struct OriginRule {
  std::vector<std::string> allowed;  // as browsers write them: https://desk.example.com
  // The gateway listens on loopback only: a page that reaches it by another name than loopback's has been led there.
  bool loopback_only = true;
};

// `host`: of the request's Host header. The same host, and pages of this machine, are always allowed.
bool is_allowed_origin(std::string_view origin, std::string_view host, const OriginRule& rule);

}  // namespace gw::admission
