#include "core/admission/origin.hpp"

#include <algorithm>

#include "core/base/origin_form.hpp"
#include "core/base/url.hpp"

namespace gw::admission {

bool is_allowed_origin(std::string_view origin, std::string_view host, const OriginRule& rule) {
  const std::string from = normal_origin(origin);
  if (std::any_of(rule.allowed.begin(), rule.allowed.end(),
                  [&](const std::string& allowed) { return normal_origin(allowed) == from; }))
    return true;
  const std::string page = host_of_origin(origin);
  if (page.empty()) return false;  // "null" and the like
  if (is_loopback_name(page)) return true;
  if (std::find(rule.names.begin(), rule.names.end(), page) != rule.names.end()) return true;
  return !rule.loopback_only && page == host_of_authority(host);
}

std::vector<std::string> ways_to_allow(std::string_view origin, std::string_view host) {
  const std::string from = normal_origin(origin);
  if (!expected_origin(from).empty()) return {};
  std::vector<std::string> ways;
  const std::string page = host_of_origin(from);
  // A request for the very host that its origin names has come through a proxy that says so.
  const bool is_own_name = page == host_of_authority(host);
  if (!is_own_name) ways.push_back("server: {allowed_origins: [\"" + from + "\"]}");
  if (!page.empty() && expected_host_name(page).empty()) ways.push_back("server: {names: [\"" + page + "\"]}");
  return ways;
}

}  // namespace gw::admission
