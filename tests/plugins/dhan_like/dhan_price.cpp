#include "dhan_price.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <type_traits>

namespace dhan_like {
namespace {

// 10 to the power of -exponent, exactly; nothing for an exponent that no contract has.
std::optional<double> scale_of(std::int32_t exponent) {
  if (exponent < -18 || exponent > 0) return std::nullopt;
  double scale = 1;
  for (std::int32_t i = exponent; i < 0; ++i) scale *= 10;
  return scale;
}

// A decimal without an exponent in it, in units of 10 to the power of `exponent`. Nothing: it does not fit.
std::optional<std::int64_t> units_of(std::string_view decimal, std::int32_t exponent) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  std::int64_t value = 0;
  std::int32_t places = -1;  // behind the point; -1: the point has not come
  const auto append = [&value](int digit) {
    return !__builtin_mul_overflow(value, std::int64_t{10}, &value) &&
           !__builtin_add_overflow(value, std::int64_t{digit}, &value);
  };
  for (const char c : decimal) {
    if (c == '.') {
      places = 0;
      continue;
    }
    if (places >= 0 && ++places > -exponent) return std::nullopt;
    if (!append(c - '0')) return std::nullopt;
  }
  for (std::int32_t i = std::max(places, 0); i < -exponent; ++i)
    if (!append(0)) return std::nullopt;
  return negative ? -value : value;
}

template <class Float>
std::optional<std::int64_t> convert(Float rupees, const Units& units) {
  const std::optional<double> scale = scale_of(units.price_exponent);
  if (!scale || !std::isfinite(rupees)) return std::nullopt;
  if (units.tick_size > 0) {
    const double value = rupees;
    const double tick = static_cast<double>(units.tick_size) / *scale;
    // A float stands at most this far from the number that was meant, and the depth sockets' doubles may have been
    // floats before.
    double error = std::abs(value) * 0x1.001p-24;
    if (std::is_same_v<Float, float> && error >= tick / 2) return std::nullopt;
    error = std::min(error, tick / 4);
    const double ticks = std::round(value / tick);
    if (std::abs(ticks) < 0x1p53 && std::abs(ticks * tick - value) <= error) {
      std::int64_t price = 0;
      if (__builtin_mul_overflow(static_cast<std::int64_t>(ticks), units.tick_size, &price)) return std::nullopt;
      return price;
    }
  }
  std::array<char, 2048> text;  // the longest double has some 1,100 characters
  const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), rupees, std::chars_format::fixed);
  if (problem != std::errc{}) return std::nullopt;
  return units_of({text.data(), static_cast<std::size_t>(end - text.data())}, units.price_exponent);
}

}  // namespace

std::optional<std::int64_t> price_of(float rupees, const Units& units) { return convert(rupees, units); }
std::optional<std::int64_t> price_of(double rupees, const Units& units) { return convert(rupees, units); }

}  // namespace dhan_like
