// Writes numbers as JSON text into a buffer that is known to be large enough. No locale, no allocation.
// [any]
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace gw::protocol {

inline constexpr char kTwoDigits[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

inline char* put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

// The number of decimal digits, guessed from the number of bits: log10(2) is some 1233/4096.
inline std::size_t digits_of(std::uint64_t value) {
  constexpr auto kPowers = [] {
    std::array<std::uint64_t, 20> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  const auto guess = static_cast<std::size_t>(std::bit_width(value)) * 1233 >> 12;
  return guess + (value >= kPowers[guess] ? 1 : 0);
}

// Writes pairs of digits from the last to the first, each where it belongs, so that nothing has to be copied
// afterwards.
inline char* put_unsigned(char* at, std::uint64_t value) {
  if (value < 10) {
    *at = static_cast<char>('0' + value);
    return at + 1;
  }
  char* const end = at + digits_of(value);
  char* position = end;
  for (; value >= 100; value /= 100) std::memcpy(position -= 2, kTwoDigits + value % 100 * 2, 2);
  if (value >= 10)
    std::memcpy(at, kTwoDigits + value * 2, 2);
  else
    *at = static_cast<char>('0' + value);
  return end;
}

inline char* put_integer(char* at, std::int64_t value) {
  std::uint64_t magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *at++ = '-';
    magnitude = 0 - magnitude;
  }
  return put_unsigned(at, magnitude);
}

// A count of 1e-9 units as an exact decimal: "1424.05", whole ones with ".0".
inline char* put_nano(char* at, std::int64_t value) {
  constexpr std::uint64_t kScale = 1'000'000'000;
  std::uint64_t magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *at++ = '-';
    magnitude = 0 - magnitude;
  }
  at = put_unsigned(at, magnitude / kScale);
  std::uint64_t rest = magnitude % kScale;
  *at++ = '.';
  if (rest % 10'000'000 == 0) {  // at most two decimals: nearly every price
    rest /= 10'000'000;
    *at++ = static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) *at++ = static_cast<char>('0' + rest % 10);
    return at;
  }
  for (std::size_t position = 9; position > 1; rest /= 100)
    std::memcpy(at + (position -= 2), kTwoDigits + rest % 100 * 2, 2);
  *at = static_cast<char>('0' + rest);
  std::size_t size = 9;
  while (at[size - 1] == '0') --size;
  return at + size;
}

// `value` times 10 to the power of `exponent` (-18 to 0), as an exact decimal: "0.00000001", whole ones with ".0".
inline char* put_decimal(char* at, std::int64_t value, int exponent) {
  std::uint64_t magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *at++ = '-';
    magnitude = 0 - magnitude;
  }
  std::uint64_t scale = 1;
  for (int i = exponent; i < 0; ++i) scale *= 10;
  at = put_unsigned(at, magnitude / scale);
  *at++ = '.';
  std::uint64_t rest = magnitude % scale;
  do {
    scale /= 10;
    const std::uint64_t digit = scale == 0 ? 0 : rest / scale;
    *at++ = static_cast<char>('0' + digit);
    rest -= digit * scale;
  } while (rest != 0);
  return at;
}

// Nanoseconds as seconds with six decimals.
inline char* put_micro_seconds(char* at, std::int64_t ns) { return put_nano(at, ns / 1000 * 1000); }

inline std::string nano_text(std::int64_t value) {
  char text[40];
  return {text, static_cast<std::size_t>(put_nano(text, value) - text)};
}

// A price in JSON text.
inline char* put_price(char* at, std::int64_t value, int exponent) {
  return exponent == -9 ? put_nano(at, value) : put_decimal(at, value, exponent);
}
// A quantity in JSON text: a whole number where the instrument counts whole units.
inline char* put_quantity(char* at, std::int64_t value, int exponent) {
  return exponent == 0 ? put_integer(at, value) : put_decimal(at, value, exponent);
}
inline std::string price_text(std::int64_t value, int exponent) {
  char text[48];
  return {text, static_cast<std::size_t>(put_price(text, value, exponent) - text)};
}
inline std::string quantity_text(std::int64_t value, int exponent) {
  char text[48];
  return {text, static_cast<std::size_t>(put_quantity(text, value, exponent) - text)};
}

// Nanoseconds as seconds with three decimals.
inline std::string milliseconds_text(std::int64_t ns) { return nano_text(ns / 1'000'000 * 1'000'000); }

}  // namespace gw::protocol
