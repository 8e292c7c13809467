// SPDX-License-Identifier: Apache-2.0
// bgw/percent.hpp - text as a part of an address or of a form.
#pragma once

#include <string>
#include <string_view>

namespace bgw {

// `text` with every byte but letters, digits and "-._~" as %XX (RFC 3986, section 2.3).
inline std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '.' || c == '_' || c == '~';
    if (is_plain)
      out += c;
    else
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

}  // namespace bgw
