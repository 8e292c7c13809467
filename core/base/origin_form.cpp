#include "core/base/origin_form.hpp"

#include <algorithm>
#include <utility>

#include "core/base/networks.hpp"
#include "core/base/text.hpp"

namespace gw {
namespace {

constexpr std::pair<std::string_view, std::string_view> kDefaultPorts[] = {
    {"https://", ":443"}, {"http://", ":80"}, {"wss://", ":443"}, {"ws://", ":80"}};

// The length of `text` without the port that its scheme has anyhow.
std::size_t size_without_default_port(std::string_view text) {
  const std::string plain = lower(text);
  for (const auto& [scheme, port] : kDefaultPorts)
    if (plain.starts_with(scheme) && plain.ends_with(port)) return text.size() - port.size();
  return text.size();
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x7e; });
}

constexpr const char* kInAscii = "the name as browsers send it, in ASCII, like ";

}  // namespace

std::string expected_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const bool has_host = scheme != std::string_view::npos && scheme != 0 && scheme + 3 < text.size();
  if (text == "file://") return {};
  if (!has_host || text.find_first_of("/@?#\\* \"'", scheme + 3) != std::string_view::npos)
    return "SCHEME://HOST or SCHEME://HOST:PORT, like https://app.example.com";
  if (!is_ascii(text)) return std::string(kInAscii) + "https://xn--bcher-kva.example for b\xc3\xbc" + "cher.example";
  const std::size_t size = size_without_default_port(text);
  if (size != text.size()) return std::string(text.substr(0, size)) + ", because browsers leave this port out";
  return {};
}

std::string expected_host_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (parse_ip(text)) return {};
  if (!is_ascii(text)) return std::string(kInAscii) + "xn--bcher-kva.example for b\xc3\xbc" + "cher.example";
  if (text.empty() || text.find_first_not_of(kAllowed) != std::string_view::npos)
    return "a host's name without scheme, port and path, like gw.example.com";
  return {};
}

std::string normal_origin(std::string_view origin) {
  return lower(origin.substr(0, size_without_default_port(origin)));
}

std::string host_of_authority(std::string_view authority) {
  if (authority.starts_with('[')) return lower(authority.substr(1, authority.find(']') - 1));
  std::string_view host = authority.substr(0, authority.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return lower(host);
}

std::string host_of_origin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string() : host_of_authority(origin.substr(scheme + 3));
}

}  // namespace gw
