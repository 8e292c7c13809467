// Any text as a decimal number: bgw::decimal against a reading with texts alone, and back again as a text.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "bgw/decimal.hpp"

namespace {

// 0.`digits` times 10 to the power of `power`; digits neither begin nor end with a zero.
struct Reading {
  bool is_number = false;
  bool is_negative = false;
  std::string digits;
  long power = 0;
};

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Reading read(std::string_view text) {
  Reading out;
  if (text.starts_with("-")) {
    out.is_negative = true;
    text.remove_prefix(1);
  }
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view number = text.substr(0, mark);
  std::string_view exponent = text.substr(std::min(mark + 1, text.size()));
  const bool has_exponent = mark < text.size();
  const bool is_below_zero = exponent.starts_with("-");
  if (is_below_zero || exponent.starts_with("+")) exponent.remove_prefix(1);
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string whole(number.substr(0, point));
  const std::string part(number.substr(std::min(point + 1, number.size())));
  if (!all_digits(whole) || (point < number.size() && !all_digits(part)) || (has_exponent && !all_digits(exponent)))
    return out;
  out.is_number = true;
  out.digits = whole + part;
  out.power = static_cast<long>(whole.size());
  while (exponent.starts_with("0")) exponent.remove_prefix(1);
  const long by = exponent.empty() ? 0 : exponent.size() > 5 ? 100'000 : std::stol(std::string(exponent));
  out.power += is_below_zero ? -std::min(by, 100'000L) : std::min(by, 100'000L);
  const std::size_t first = out.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    out.digits.clear();
    return out;
  }
  out.digits.erase(0, first);
  out.power -= static_cast<long>(first);
  out.digits.erase(out.digits.find_last_not_of('0') + 1);
  return out;
}

// What bgw::decimal must answer, as a text; empty: nothing.
std::string expected(const Reading& reading, int exponent) {
  if (!reading.is_number || exponent < -18 || exponent > 0) return {};
  if (reading.digits.empty()) return "0";
  const long length = reading.power - exponent;
  if (length > 19 || length < static_cast<long>(reading.digits.size())) return {};
  std::string text = reading.digits;
  text.resize(static_cast<std::size_t>(length), '0');
  const std::string most = reading.is_negative ? "9223372036854775808" : "9223372036854775807";
  if (text.size() == most.size() && text > most) return {};
  return (reading.is_negative ? "-" : "") + text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 2000) return 0;
  const int exponent = 1 - static_cast<int>(data[0] % 21);
  // An exact copy, so that one byte too far is seen.
  const std::string copy(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::unique_ptr<char[]> bytes(new char[copy.size()]);
  std::copy(copy.begin(), copy.end(), bytes.get());
  const std::string_view text(bytes.get(), copy.size());

  const Reading reading = read(text);
  const auto found = bgw::decimal(text, exponent);
  if ((found ? std::to_string(*found) : std::string()) != expected(reading, exponent)) std::abort();

  const int decimals = bgw::decimals_of(text);
  if (!reading.is_number || reading.digits.size() > 19) {
    if (decimals != -1) std::abort();
  } else if (decimals !=
             (reading.digits.empty() ? 0 : std::max(0L, static_cast<long>(reading.digits.size()) - reading.power))) {
    std::abort();
  }
  if (!found) return 0;
  const bgw::DecimalText back(*found, exponent, -exponent);
  if (bgw::decimal(back, exponent) != found) std::abort();
  for (int to = -18; to <= 0; ++to) {
    const auto scaled = bgw::rescale(*found, exponent, to);
    if (scaled != bgw::decimal(text, to)) std::abort();
  }
  return 0;
}
