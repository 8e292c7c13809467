// Writes numbers as JSON text into a buffer that is known to be large enough. No locale, no allocation.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace gw::proxy::wire {

inline constexpr char kTwoDigits[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

inline char* put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

inline char* put_unsigned(char* at, std::uint64_t value) {
  char digits[20];
  char* first = digits + sizeof digits;
  while (value >= 100) {
    first -= 2;
    std::memcpy(first, kTwoDigits + value % 100 * 2, 2);
    value /= 100;
  }
  if (value >= 10) {
    first -= 2;
    std::memcpy(first, kTwoDigits + value * 2, 2);
  } else {
    *--first = static_cast<char>('0' + value);
  }
  const auto size = static_cast<std::size_t>(digits + sizeof digits - first);
  std::memcpy(at, first, size);
  return at + size;
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
  for (std::uint64_t unit = kScale / 10; rest != 0; unit /= 10) {
    *at++ = static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return at;
}

// Nanoseconds as seconds with six decimals.
inline char* put_micro_seconds(char* at, std::int64_t ns) { return put_nano(at, ns / 1000 * 1000); }

inline std::string nano_text(std::int64_t value) {
  char text[40];
  return {text, static_cast<std::size_t>(put_nano(text, value) - text)};
}

// Nanoseconds as seconds with three decimals.
inline std::string milliseconds_text(std::int64_t ns) { return nano_text(ns / 1'000'000 * 1'000'000); }

}  // namespace gw::proxy::wire
