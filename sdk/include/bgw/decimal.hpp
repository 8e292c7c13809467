// SPDX-License-Identifier: Apache-2.0
// bgw/decimal.hpp - exact decimals: the texts in which brokers send prices and quantities, as whole numbers of a power
// of ten. Nothing is ever rounded. No function allocates, throws or depends on the locale. [any]
// The grammar is that of numbers in JSON (RFC 8259, section 6), with leading zeros allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bgw {

namespace detail {

inline constexpr std::uint64_t kPowersOfTen[] = {1u,
                                                 10u,
                                                 100u,
                                                 1'000u,
                                                 10'000u,
                                                 100'000u,
                                                 1'000'000u,
                                                 10'000'000u,
                                                 100'000'000u,
                                                 1'000'000'000u,
                                                 10'000'000'000u,
                                                 100'000'000'000u,
                                                 1'000'000'000'000u,
                                                 10'000'000'000'000u,
                                                 100'000'000'000'000u,
                                                 1'000'000'000'000'000u,
                                                 10'000'000'000'000'000u,
                                                 100'000'000'000'000'000u,
                                                 1'000'000'000'000'000'000u};

// What a text says: `digits` times 10 to the power of `power`.
struct ScannedDecimal {
  std::uint64_t digits = 0;  // below 1e19
  int power = 0;
  int decimals = 0;  // as written, with trailing zeros; below 0 where the exponent part is large
  bool is_negative = false;
  bool is_number = false;
  bool is_too_long = false;  // more than 19 significant digits: no int64 holds it
};

constexpr ScannedDecimal scan_decimal(std::string_view text) noexcept {
  constexpr std::uint64_t kFull = kPowersOfTen[18];  // `digits` has 19 places from here on
  constexpr int kMaxPower = 100'000;                 // larger exponent parts count as this
  ScannedDecimal out;
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && *at == '-') {
    out.is_negative = true;
    ++at;
  }
  std::ptrdiff_t zeros = 0;  // of the whole part, behind 19 digits
  const auto take_digits = [&](bool is_whole_part) {
    const char* const first = at;
    for (; at != end; ++at) {
      const unsigned digit = static_cast<unsigned>(static_cast<unsigned char>(*at)) - '0';
      if (digit > 9) break;
      if (out.digits < kFull) {
        out.digits = out.digits * 10 + digit;
        if (!is_whole_part) --zeros;
      } else if (digit != 0) {
        out.is_too_long = true;
      } else if (is_whole_part) {
        ++zeros;
      }
    }
    return at - first;
  };
  if (take_digits(true) == 0) return out;
  std::ptrdiff_t decimals = 0;
  if (at != end && *at == '.') {
    ++at;
    decimals = take_digits(false);
    if (decimals == 0) return out;
  }
  int exponent = 0;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    const bool is_below_zero = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+')) ++at;
    const char* const first = at;
    for (; at != end && *at >= '0' && *at <= '9'; ++at)
      if (exponent < kMaxPower) exponent = exponent * 10 + (*at - '0');
    if (at == first) return out;
    if (exponent > kMaxPower) exponent = kMaxPower;
    if (is_below_zero) exponent = -exponent;
  }
  // Texts longer than this are no numbers of any broker, and the sums below stay within int.
  constexpr std::size_t kMaxLength = 1'000'000;
  if (at != end || text.size() > kMaxLength) return out;
  out.power = static_cast<int>(zeros) + exponent;
  out.decimals = static_cast<int>(decimals) - exponent;
  out.is_number = true;
  return out;
}

// digits * 10^power, negated on demand, as a whole number of 10^exponent.
constexpr std::optional<std::int64_t> exactly(std::uint64_t digits, bool is_negative, int power,
                                              int exponent) noexcept {
  if (exponent < -18 || exponent > 0) return std::nullopt;
  if (digits == 0) return 0;
  const int scale = power - exponent;
  if (scale > 18 || scale < -18) return std::nullopt;
  if (scale > 0) {
    if (__builtin_mul_overflow(digits, kPowersOfTen[scale], &digits)) return std::nullopt;
  } else if (scale < 0) {
    if (digits % kPowersOfTen[-scale] != 0) return std::nullopt;
    digits /= kPowersOfTen[-scale];
  }
  constexpr std::uint64_t kMax = INT64_MAX;
  if (digits > kMax + (is_negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(is_negative ? 0 - digits : digits);
}

}  // namespace detail

// The number in `text` as a whole number of 10^exponent (-18 to 0). Nothing: the text is no decimal number ("-12.50",
// "1e-7"), needs more decimals than the exponent has (trailing zeros do not count), or does not fit in 63 bits.
constexpr std::optional<std::int64_t> decimal(std::string_view text, int exponent) noexcept {
  const detail::ScannedDecimal scanned = detail::scan_decimal(text);
  if (!scanned.is_number || scanned.is_too_long) return std::nullopt;
  return detail::exactly(scanned.digits, scanned.is_negative, scanned.power, exponent);
}

// How many decimals the number in `text` needs: 2 for "0.0500", 13 for "1E-13", 0 for "300". -1: the text is no decimal
// number, or has more than 19 significant digits.
constexpr int decimals_of(std::string_view text) noexcept {
  detail::ScannedDecimal scanned = detail::scan_decimal(text);
  if (!scanned.is_number || scanned.is_too_long) return -1;
  if (scanned.digits == 0) return 0;
  for (; scanned.power < 0 && scanned.digits % 10 == 0; ++scanned.power) scanned.digits /= 10;
  return scanned.power < 0 ? -scanned.power : 0;
}

// A whole number of 10^from as a whole number of 10^to. Nothing where digits would be lost or it does not fit.
constexpr std::optional<std::int64_t> rescale(std::int64_t value, int from, int to) noexcept {
  const std::uint64_t bits = static_cast<std::uint64_t>(value);
  return detail::exactly(value < 0 ? 0 - bits : bits, value < 0, from, to);
}

// The text of a number, without an allocation.
class DecimalText {
 public:
  // `value` times 10^exponent (-18 to 0) with `decimals` places (0 to 18) behind the point; where these are fewer than
  // the number needs, the further ones are left out. Without the point: "12.50" is "1250", and "0.05" is "5".
  constexpr DecimalText(std::int64_t value, int exponent, int decimals, bool has_point = true) noexcept {
    const std::uint64_t bits = static_cast<std::uint64_t>(value);
    std::uint64_t digits = value < 0 ? 0 - bits : bits;
    int zeros = decimals + exponent;  // to append
    for (; zeros < 0; ++zeros) digits /= 10;
    if (!has_point && digits == 0) zeros = 0;
    int written = 0;
    const auto put = [&](char c) { text_[--begin_] = c; };
    while (digits != 0 || zeros > 0 || (has_point && written <= decimals) || written == 0) {
      if (has_point && written == decimals && decimals > 0) put('.');
      if (zeros > 0) {
        --zeros;
        put('0');
      } else {
        put(static_cast<char>('0' + digits % 10));
        digits /= 10;
      }
      ++written;
    }
    if (value < 0) put('-');
  }
  constexpr std::string_view view() const noexcept { return {text_ + begin_, sizeof text_ - begin_}; }
  constexpr operator std::string_view() const noexcept { return view(); }

 private:
  char text_[48] = {};
  std::size_t begin_ = sizeof text_;
};

}  // namespace bgw
