#include "core/base/url.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"

namespace gw {
namespace {

constexpr std::size_t kLongestUrl = 4096;

}  // namespace

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1" || host == "[::1]") return true;
  // Digits and dots only: 127.example.org is a name of some other machine.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_loopback_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return is_loopback(host) || host.ends_with(".localhost");
}

std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = url.substr(0, url.find('/', begin)).rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, begin)) + "***" + std::string(url.substr(at));
}

std::string with_port(std::string_view host, int port) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  return (is_ipv6 ? '[' + std::string(host) + ']' : std::string(host)) + ':' + std::to_string(port);
}

std::string server_url(std::string_view scheme, std::string_view host, int port) {
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  return std::string(scheme) + "://" + with_port(host, port) + '/';
}

std::string_view authority_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?"));
}

Result<void> check_url(std::string_view url, std::string_view scheme) {
  const std::string plain_prefix = std::string(scheme) + "://";
  const std::string tls_prefix = std::string(scheme) + "s://";
  const auto wrong = [&](const std::string& expected) {
    return Error{"url: found " + without_secrets(url) + ", expected " + expected};
  };
  if (url.size() > kLongestUrl)
    return Error{"url: found " + std::to_string(url.size()) + " bytes, expected at most " +
                 std::to_string(kLongestUrl)};
  // In the first line of a request they would end the address, or the line.
  if (std::any_of(url.begin(), url.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; }))
    return Error{"url: found a blank or a control character, expected none"};
  const bool tls = url.starts_with(tls_prefix);
  if (!tls && !url.starts_with(plain_prefix))
    return wrong(tls_prefix + "HOST… (or " + plain_prefix + " to this machine)");
  const std::string_view authority = authority_of(url);
  if (authority.empty() || authority.find('@') != std::string_view::npos) return wrong("a host and no user name");
  std::string_view host = authority;
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    host = authority.substr(0, colon);
    const std::string_view port = authority.substr(colon + 1);
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (failed != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65535)
      return wrong("a port of 1 to 65535");
  }
  if (!tls && !is_loopback(lower(host)))
    return wrong(tls_prefix + ": without TLS credentials would travel in clear; " + plain_prefix +
                 " goes to this machine only");
  return {};
}

}  // namespace gw
