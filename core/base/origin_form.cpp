#include "core/base/origin_form.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "core/base/networks.hpp"
#include "core/base/text.hpp"

namespace gw {
namespace {

constexpr std::pair<std::string_view, std::string_view> kDefaultPorts[] = {
    {"https", "443"}, {"http", "80"}, {"wss", "443"}, {"ws", "80"}};
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool has_only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x7e; });
}

bool is_port(std::string_view text) {
  constexpr std::size_t kMaxDigits = 5;
  return !text.empty() && text.size() <= kMaxDigits && has_only(text, kDigits) && text.front() != '0' &&
         std::stoi(std::string(text)) <= 65535;
}

// Whether a name, without the root's dot, has nothing before, behind or between two of its dots.
bool has_empty_label(std::string_view name) {
  return name.starts_with('.') || name.ends_with('.') || name.find("..") != std::string_view::npos;
}

// What stands in front of an origin's path, and in a Host header.
struct Authority {
  std::string host;  // in lower case, without brackets and the root's dot; an address in its shortest form
  std::string port;  // may be empty
};

std::optional<Authority> parse_authority(std::string_view text) {
  Authority made;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    const auto address = end == std::string_view::npos ? std::nullopt : parse_ip(text.substr(1, end - 1));
    if (!address) return std::nullopt;
    made.host = text_of(*address);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    std::string_view host = text.substr(0, colon);
    rest = text.substr(colon);
    if (host.ends_with('.')) host.remove_suffix(1);
    constexpr std::string_view kNotInNames = "/@?#\\* \"'<>[]^`{|}%";
    if (host.empty() || has_empty_label(host) || host.find_first_of(kNotInNames) != std::string_view::npos)
      return std::nullopt;
    if (std::any_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }))
      return std::nullopt;
    made.host = lower(host);
  }
  if (rest.empty()) return made;
  if (!rest.starts_with(':') || !is_port(rest.substr(1))) return std::nullopt;
  made.port = rest.substr(1);
  return made;
}

struct Origin {
  std::string scheme;
  Authority at;
};

std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  Origin made{lower(text.substr(0, end)), {}};
  if (made.scheme.empty() || kLetters.find(made.scheme.front()) == std::string_view::npos) return std::nullopt;
  if (!has_only(made.scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.")) return std::nullopt;
  auto at = parse_authority(text.substr(end + 3));
  if (!at) return std::nullopt;
  made.at = std::move(*at);
  return made;
}

bool has_default_port(const Origin& origin) {
  return std::any_of(std::begin(kDefaultPorts), std::end(kDefaultPorts),
                     [&](const auto& known) { return known.first == origin.scheme && known.second == origin.at.port; });
}

std::string text_of(const Origin& origin, bool with_port) {
  const bool is_ipv6 = origin.at.host.find(':') != std::string::npos;
  return origin.scheme + "://" + (is_ipv6 ? '[' + origin.at.host + ']' : origin.at.host) +
         (with_port && !origin.at.port.empty() ? ':' + origin.at.port : "");
}

constexpr const char* kInAscii = "the name as browsers send it, in ASCII, like ";
constexpr const char* kFromFiles = "file://";

}  // namespace

std::string expected_origin(std::string_view text) {
  if (text == kFromFiles) return {};
  const auto origin = parse_origin(text);
  if (origin && !is_ascii(text))
    return std::string(kInAscii) + "https://xn--bcher-kva.example for b\xc3\xbc" + "cher.example";
  if (!origin || !expected_host_name(origin->at.host).empty())
    return "SCHEME://HOST or SCHEME://HOST:PORT, like https://app.example.com";
  if (has_default_port(*origin)) return text_of(*origin, false) + ", because browsers leave this port out";
  return {};
}

std::string expected_host_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (parse_ip(text)) return {};
  if (!is_ascii(text)) return std::string(kInAscii) + "xn--bcher-kva.example for b\xc3\xbc" + "cher.example";
  const std::string_view labels = text.substr(0, text.size() - (text.ends_with('.') ? 1 : 0));
  if (labels.empty() || !has_only(labels, kAllowed) || has_empty_label(labels))
    return "a host's name without scheme, port and path, like gw.example.com";
  return {};
}

std::string normal_origin(std::string_view origin) {
  const auto parsed = parse_origin(origin);
  return parsed ? text_of(*parsed, !has_default_port(*parsed)) : lower(origin);
}

std::string normal_host_name(std::string_view name) {
  if (name.size() > 2 && name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  const auto address = parse_ip(name);
  if (address) return gw::text_of(*address);
  if (name.ends_with('.')) name.remove_suffix(1);
  return lower(name);
}

std::string host_of_authority(std::string_view authority) {
  const auto parsed = parse_authority(authority);
  return parsed ? parsed->host : std::string();
}

std::string host_of_origin(std::string_view origin) {
  const auto parsed = parse_origin(origin);
  return parsed ? parsed->at.host : std::string();
}

}  // namespace gw
