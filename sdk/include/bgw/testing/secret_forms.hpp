// SPDX-License-Identifier: Apache-2.0
// bgw/testing/secret_forms.hpp - the forms in which a text stands in what is sent: percent-encoded, in JSON, in base64
// with either alphabet (RFC 4648), which is without its padding here. [any]
#pragma once

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/percent.hpp"

namespace bgw::testing {

enum class Base64 : std::uint8_t { standard, url_safe };

namespace detail {

inline std::string_view alphabet(Base64 kind) {
  return kind == Base64::standard ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                                  : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}

// `text` in which the two digits of each %XX are small.
inline std::string small_percents(std::string text) {
  for (std::size_t at = text.find('%'); at != std::string::npos && at + 2 < text.size(); at = text.find('%', at + 3))
    for (std::size_t i = at + 1; i <= at + 2; ++i)
      text[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  return text;
}

}  // namespace detail

inline std::string base64_of(std::string_view text, Base64 kind) {
  const std::string_view digits = detail::alphabet(kind);
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += digits[bits >> (count - 6) & 63];
  }
  if (count != 0) out += digits[bits << (6 - count) & 63];
  return out;
}

// Nothing: `text` is no base64 that base64_of would make.
inline std::optional<std::string> from_base64(std::string_view text, Base64 kind) {
  const std::string_view digits = detail::alphabet(kind);
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  if (count >= 6 || (bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

// As a string of JSON has it; some writers put a backslash before "/" too.
inline std::string json_escaped(std::string_view text, bool with_slashes) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\' || (c == '/' && with_slashes)) out += '\\';
    out += c;
  }
  return out;
}

// The text of a string of JSON. Characters beyond ASCII stay as they are written.
inline std::string json_unescaped(std::string_view raw) {
  constexpr std::size_t kUnicode = 6;  // \u0026
  std::string out;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] != '\\' || at + 1 == raw.size()) {
      out += raw[at];
      continue;
    }
    const std::string_view rest = raw.substr(at, kUnicode);
    const std::string_view hex = "0123456789abcdef";
    const auto digit = [&](std::size_t i) {
      return i < rest.size() ? hex.find(static_cast<char>(std::tolower(static_cast<unsigned char>(rest[i]))))
                             : hex.npos;
    };
    if (rest.starts_with("\\u00") && digit(4) < 8 && digit(5) != hex.npos) {
      out += static_cast<char>(digit(4) * 16 + digit(5));
      at += kUnicode - 1;
    } else if (rest[1] == '"' || rest[1] == '\\' || rest[1] == '/') {
      out += rest[1];
      ++at;
    } else {
      out += raw[at];
    }
  }
  return out;
}

// All of them, `text` itself first. Two may be equal.
inline std::vector<std::string> forms_of(std::string_view text) {
  const std::string encoded = percent_encoded(text);
  const std::string base64 = base64_of(text, Base64::standard);
  return {std::string(text),         encoded, detail::small_percents(encoded),   json_escaped(text, false),
          json_escaped(text, true),  base64,  base64_of(text, Base64::url_safe), percent_encoded(base64),
          json_escaped(base64, true)};
}

}  // namespace bgw::testing
