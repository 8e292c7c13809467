#include "core/admission/origin.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace gw::admission {
namespace {

// The host of an authority, without port and without the brackets of an IPv6 address.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

bool is_allowed_origin(std::string_view origin, std::string_view host, const OriginRule& rule) {
  const std::string from = lower(std::string(origin));
  if (std::any_of(rule.allowed.begin(), rule.allowed.end(), [&](const std::string& a) { return lower(a) == from; }))
    return true;
  const std::size_t scheme = from.find("://");
  if (scheme == std::string::npos) return false;  // "null" and the like
  const std::string page = std::string(host_of(std::string_view(from).substr(scheme + 3)));
  if (page.empty()) return false;
  if (is_loopback_name(page)) return true;
  return !rule.loopback_only && page == host_of(lower(std::string(host)));
}

}  // namespace gw::admission
