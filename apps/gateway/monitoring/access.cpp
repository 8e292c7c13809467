#include "apps/gateway/monitoring/access.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "core/base/origin_form.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace gw::app {
namespace {

// "127.0.0.1:51234", "::1:51234", "::ffff:127.0.0.1:51234"
bool is_loopback_peer(std::string_view remote) {
  std::string_view host = remote.substr(0, remote.rfind(':'));
  constexpr std::string_view kMapped = "::ffff:";
  if (host.starts_with(kMapped)) host.remove_prefix(kMapped.size());
  return host == "::1" || host.starts_with("127.");
}

// What a proxy adds; whoever stands behind one is not on this machine.
bool says_forwarded(std::string_view header) {
  constexpr std::string_view kNames[] = {
      "forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-cluster-client-ip"};
  return header.starts_with("x-forwarded") ||
         std::find(std::begin(kNames), std::end(kNames), header) != std::end(kNames);
}

websocket::HttpAnswer no(int status, const char* words) {
  websocket::HttpAnswer answer{status, "text/plain; charset=utf-8", words};
  if (status == 401) answer.headers.push_back({"WWW-Authenticate", "Bearer realm=\"broker-gateway\""});
  return answer;
}

}  // namespace

MetricsAccess metrics_access(const websocket::HttpRequest& request, const accounts::KeyRing& keys,
                             std::int64_t wall_ns) {
  constexpr std::string_view kBearer = "bearer ";
  bool is_forwarded = false;
  bool is_by_loopback_name = true;  // a page whose name was made to mean this machine is not of this machine
  std::string_view authorization;
  for (const websocket::Header& header : request.headers) {
    const std::string name = lower(header.name);
    if (says_forwarded(name)) is_forwarded = true;
    if (name == "host") is_by_loopback_name = is_loopback_name(host_of_authority(header.value));
    if (name == "authorization") authorization = header.value;
  }
  if (!is_forwarded && is_by_loopback_name && is_loopback_peer(request.remote)) return {};
  if (lower(authorization.substr(0, kBearer.size())) != kBearer)
    return {no(401,
               "Metrics are for this machine, or for an admin key: send Authorization: Bearer KEY with a key that "
               "broker-gateway keys create --user U --scope admin has made.\n")};
  const auto account = keys.check(authorization.substr(kBearer.size()), wall_ns);
  if (!account) return {no(401, "The key is unknown, revoked or expired.\n")};
  if (account->scope != "admin")
    return {no(403, "The key has scope read. Metrics need one that keys create --scope admin has made.\n")};
  return {std::nullopt, account->key_id};
}

}  // namespace gw::app
