#include "core/plugin_host/header_check.hpp"

#include <algorithm>
#include <string_view>

namespace gw::plugin_host {
namespace {

// RFC 9110, section 5.6.2.
bool is_token(std::string_view name) {
  constexpr const char* kTokenCharacters =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(kTokenCharacters) == std::string_view::npos;
}

bool is_one_line(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

}  // namespace

std::string problem_of_headers(const bgw_header* headers, std::uint32_t count) {
  if (count != 0 && headers == nullptr) return "headers: found nothing, expected some";
  for (std::uint32_t i = 0; i < count; ++i) {
    const bgw_header& header = headers[i];
    if (header.name == nullptr || header.value == nullptr)
      return "found a header without a name or value, expected both";
    if (!is_token(header.name))
      return "header " + std::to_string(i + 1) +
             ": found a name that is no token of RFC 9110, expected letters, digits and !#$%&'*+-.^_`|~";
    if (!is_one_line(header.value))
      return "header " + std::string(header.name) + ": found a control character, expected one line of text";
  }
  return {};
}

}  // namespace gw::plugin_host
