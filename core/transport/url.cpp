#include "core/transport/url.hpp"

#include "core/base/text.hpp"

namespace gw::transport {
namespace {

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  return host.find_first_not_of("0123456789.") == std::string_view::npos;  // a name like 127.example.org is none
}

}  // namespace

std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = url.substr(0, url.find('/', begin)).rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, begin)) + "***" + std::string(url.substr(at));
}

Result<void> check_url(std::string_view url) {
  const bool tls = url.starts_with("wss://");
  if (!tls && !url.starts_with("ws://"))
    return Error{"url: found " + without_secrets(url) + ", expected wss://HOST… (or ws:// to this machine)"};
  std::string_view rest = url.substr(tls ? 6 : 5);
  rest = rest.substr(0, rest.find_first_of("/?"));
  if (rest.empty() || rest.find('@') != std::string_view::npos)
    return Error{"url: found " + without_secrets(url) + ", expected a host and no user name"};
  std::string_view host = rest;
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    host = rest.substr(0, colon);
    const std::string_view port = rest.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)
      return Error{"url: found " + without_secrets(url) + ", expected a port of 1 to 65535"};
  }
  if (!tls && !is_loopback(lower(host)))
    return Error{"url: found " + without_secrets(url) +
                 ", expected wss://: without TLS credentials would travel in clear; ws:// goes to this machine only"};
  return {};
}

}  // namespace gw::transport
