#include "core/protocol/number_writer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bgw/abi.h"

namespace gw::protocol {
namespace {

template <class Put, class Value>
std::string written(Put put_one, Value value) {
  char text[64];
  return {text, static_cast<std::size_t>(put_one(text, value) - text)};
}

std::string nano(std::int64_t value) { return written(&put_nano, value); }

TEST(PutInteger, WritesEveryLengthAndBothExtremes) {
  std::uint64_t power = 1;
  for (int digits = 1; digits <= 19; ++digits, power *= 10) {
    EXPECT_EQ(written(&put_unsigned, power), std::to_string(power));
    EXPECT_EQ(written(&put_unsigned, power - 1), std::to_string(power - 1));
  }
  EXPECT_EQ(written(&put_unsigned, UINT64_MAX), "18446744073709551615");
  EXPECT_EQ(written(&put_integer, INT64_MAX), "9223372036854775807");
  EXPECT_EQ(written(&put_integer, INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(written(&put_integer, std::int64_t{-7}), "-7");
  EXPECT_EQ(written(&put_integer, std::int64_t{0}), "0");
}

TEST(PutNano, WholePricesEndInPointZero) {
  EXPECT_EQ(nano(0), "0.0");
  EXPECT_EQ(nano(1'000'000'000), "1.0");
  EXPECT_EQ(nano(-25'000'000'000'000), "-25000.0");
}

TEST(PutNano, WritesNoMoreDecimalsThanThereAre) {
  EXPECT_EQ(nano(1'424'050'000'000), "1424.05");
  EXPECT_EQ(nano(1'424'500'000'000), "1424.5");
  EXPECT_EQ(nano(82'123'500'000), "82.1235");
  EXPECT_EQ(nano(1), "0.000000001");
  EXPECT_EQ(nano(10'000'000), "0.01");
  EXPECT_EQ(nano(1'000'000), "0.001");
  EXPECT_EQ(nano(999'999'999), "0.999999999");
}

TEST(PutNano, NegativePricesKeepTheirSignBelowOne) {
  EXPECT_EQ(nano(-50'000'000), "-0.05");
  EXPECT_EQ(nano(-37'630'000'000), "-37.63");
}

TEST(PutNano, TheExtremesAreExact) {
  EXPECT_EQ(nano(INT64_MAX), "9223372036.854775807");
  EXPECT_EQ(nano(INT64_MIN), "-9223372036.854775808");
}

TEST(PutNano, ReadBackAsADecimalItIsTheSameNumber) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 60);
    const std::string text = nano(value);
    const std::size_t point = text.find('.');
    ASSERT_NE(point, std::string::npos);
    std::string digits = text.substr(point + 1);
    ASSERT_TRUE(digits.size() == 1 || digits.back() != '0') << text;
    digits.resize(9, '0');
    ASSERT_EQ(std::stoll(text.substr(0, point) + digits), value) << text;
  }
}

// `value` times 10 to the power of `exponent`, by moving the point in the text of the whole number.
std::string decimal_of(std::int64_t value, int exponent) {
  std::string digits = std::to_string(value);
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  const auto decimals = static_cast<std::size_t>(-exponent);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  std::string text = digits.substr(0, digits.size() - decimals) + '.' + digits.substr(digits.size() - decimals);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text += '0';
  return (negative ? "-" : "") + text;
}

TEST(PutDecimal, EveryExponentAndBothExtremesAreExact) {
  std::mt19937_64 random(6);
  for (int exponent = BGW_MIN_EXPONENT; exponent <= 0; ++exponent) {
    std::vector<std::int64_t> values = {0, 1, -1, 10, -10, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1};
    for (std::int64_t power = 1; power <= INT64_MAX / 10; power *= 10)
      values.insert(values.end(), {power, -power, power - 1, power * 10, power + 1});
    for (int i = 0; i < 2000; ++i) values.push_back(static_cast<std::int64_t>(random()) >> (random() % 63));
    for (const std::int64_t value : values) {
      char text[64];
      std::memset(text, '#', sizeof text);
      const std::string got(text, static_cast<std::size_t>(put_decimal(text, value, exponent) - text));
      ASSERT_EQ(got, decimal_of(value, exponent)) << value << " e" << exponent;
      ASSERT_LE(got.size(), 22U);
      ASSERT_EQ(price_text(value, exponent), got);
      ASSERT_EQ(quantity_text(value, exponent), exponent == 0 ? std::to_string(value) : got);
    }
  }
}

TEST(PutDecimal, WritesNothingBehindItsText) {
  char text[64];
  std::memset(text, '#', sizeof text);
  const char* const end = put_decimal(text, INT64_MIN, -18);
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(end - text)), "-9.223372036854775808");
  EXPECT_LE(static_cast<std::size_t>(std::find(end, static_cast<const char*>(text + sizeof text), '#') - end), 8U)
      << "the integer may be written in blocks";
}

TEST(PutMicroSeconds, CutsBelowTheMicrosecond) {
  EXPECT_EQ(written(&put_micro_seconds, std::int64_t{1'748'428'245'123'456'789}), "1748428245.123456");
  EXPECT_EQ(written(&put_micro_seconds, std::int64_t{1'748'428'245'000'000'999}), "1748428245.0");
}

}  // namespace
}  // namespace gw::protocol
