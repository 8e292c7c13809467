// SPDX-License-Identifier: Apache-2.0
// bgw/crc32.hpp - the CRC32 with which exchanges let clients check their books: that of zlib, Ethernet and PNG
// (reflected polynomial 0xEDB88320; ISO 3309). [any]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bgw {

class Crc32 {
 public:
  constexpr void add(std::string_view text) noexcept {
    for (const char c : text) state_ = kTable[(state_ ^ static_cast<unsigned char>(c)) & 0xFFu] ^ (state_ >> 8);
  }
  constexpr std::uint32_t value() const noexcept { return ~state_; }

 private:
  static constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t remainder = i;
      for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xEDB88320u : 0u);
      table[i] = remainder;
    }
    return table;
  }();

  std::uint32_t state_ = 0xFFFFFFFFu;
};

}  // namespace bgw
