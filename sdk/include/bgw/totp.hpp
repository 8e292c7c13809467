// SPDX-License-Identifier: Apache-2.0
// bgw/totp.hpp - time-based one-time passwords (RFC 6238) for brokers that log in with an authenticator's code: the
// secret as it is printed under the QR code, and the six digits of a moment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bgw/login.hpp"

namespace bgw {

inline constexpr std::int64_t kTotpStepNs = 30'000'000'000;

// The bytes of a base32 text (RFC 4648) as people copy it: upper or lower case, with blanks or hyphens between groups,
// with or without padding. Nothing: it is no base32, or holds no byte.
inline std::optional<std::string> base32_decoded(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t digits = 0;
  while (!text.empty() && (text.back() == '=' || text.back() == ' ')) text.remove_suffix(1);
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a'
                      : c >= '2' && c <= '7' ? c - '2' + 26
                                             : -1;
    if (value < 0) return std::nullopt;
    bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xFFFU;
    count += 5;
    ++digits;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFFU);
  }
  // One, three or six digits more than whole groups of eight stand for no whole byte: something is missing.
  const std::size_t rest = digits % 8;
  if (bytes.empty() || rest == 1 || rest == 3 || rest == 6) return std::nullopt;
  return bytes;
}

// The six digits of the step that `wall_ns` is in, by HMAC-SHA-1 with steps of 30 seconds. `key`: the secret's bytes.
inline std::string totp(const LoginHost& host, std::string_view key, std::int64_t wall_ns) {
  const auto step = static_cast<std::uint64_t>(wall_ns / kTotpStepNs);
  std::string counter(8, '\0');
  for (int i = 0; i < 8; ++i) counter[static_cast<std::size_t>(i)] = static_cast<char>(step >> (56 - 8 * i) & 0xFFU);
  const std::string mac = host.hmac(BGW_DIGEST_SHA1, key, counter);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(mac[i])); };
  const std::size_t at = byte(19) & 15U;
  const std::uint32_t number = (byte(at) & 0x7FU) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
  return std::to_string(1'000'000 + number % 1'000'000).substr(1);
}

}  // namespace bgw
