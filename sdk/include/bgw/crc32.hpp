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
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {  // eight bytes at a time ("slicing by 8"), for long texts
      const std::uint32_t low = state_ ^ word_at(text, at);
      const std::uint32_t high = word_at(text, at + 4);
      state_ = kTables[7][low & 0xFFu] ^ kTables[6][low >> 8 & 0xFFu] ^ kTables[5][low >> 16 & 0xFFu] ^
               kTables[4][low >> 24] ^ kTables[3][high & 0xFFu] ^ kTables[2][high >> 8 & 0xFFu] ^
               kTables[1][high >> 16 & 0xFFu] ^ kTables[0][high >> 24];
    }
    for (; at < text.size(); ++at)
      state_ = kTables[0][(state_ ^ static_cast<unsigned char>(text[at])) & 0xFFu] ^ (state_ >> 8);
  }
  constexpr std::uint32_t value() const noexcept { return ~state_; }

 private:
  static constexpr std::uint32_t word_at(std::string_view text, std::size_t at) noexcept {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) word |= std::uint32_t{static_cast<unsigned char>(text[at + i])} << 8 * i;
    return word;
  }
  // kTables[k][b]: what byte b contributes that has k bytes behind it.
  using Table = std::array<std::uint32_t, 256>;
  static constexpr std::array<Table, 8> kTables = [] {
    std::array<Table, 8> tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t remainder = i;
      for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xEDB88320u : 0u);
      tables[0][i] = remainder;
    }
    for (std::size_t k = 1; k < tables.size(); ++k)
      for (std::size_t i = 0; i < 256; ++i) {
        const std::uint32_t before = tables[k - 1][i];
        tables[k][i] = tables[0][before & 0xFFu] ^ (before >> 8);
      }
    return tables;
  }();

  std::uint32_t state_ = 0xFFFFFFFFu;
};

}  // namespace bgw
