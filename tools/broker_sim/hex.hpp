// Bytes written as pairs of hexadecimal digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim {

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// -1: they are no digits.
inline int hex_byte(char high, char low) {
  const int h = hex_digit(high), l = hex_digit(low);
  return h < 0 || l < 0 ? -1 : h * 16 + l;
}

inline std::optional<std::string> from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int byte = i + 1 < hex.size() ? hex_byte(hex[i], hex[i + 1]) : -1;
    if (byte < 0) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace sim
