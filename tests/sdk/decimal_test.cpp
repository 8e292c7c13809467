#include "bgw/decimal.hpp"

#include <cstdint>
#include <random>
#include <string>

#include <gmock/gmock.h>

namespace bgw {
namespace {

using testing::Optional;

TEST(Decimal, IsAWholeNumberOfTheExponent) {
  EXPECT_THAT(decimal("0", 0), Optional(0));
  EXPECT_THAT(decimal("-0.00", 0), Optional(0));
  EXPECT_THAT(decimal("12.5", -2), Optional(1250));
  EXPECT_THAT(decimal("-12.50", -2), Optional(-1250));
  EXPECT_THAT(decimal("0007.10", -1), Optional(71));
  EXPECT_THAT(decimal("0.0000000000001", -13), Optional(1));
  EXPECT_THAT(decimal("9223372036854775807", 0), Optional(INT64_MAX));
  EXPECT_THAT(decimal("-9223372036854775808", 0), Optional(INT64_MIN));
  EXPECT_THAT(decimal("9.223372036854775807", -18), Optional(INT64_MAX));
}

TEST(Decimal, TakesExponentPartsThatAreExact) {
  EXPECT_THAT(decimal("1e-7", -9), Optional(100));
  EXPECT_THAT(decimal("1E-13", -13), Optional(1));
  EXPECT_THAT(decimal("1.5e3", 0), Optional(1500));
  EXPECT_THAT(decimal("1.5E+3", -2), Optional(150'000));
  EXPECT_THAT(decimal("25000e-3", 0), Optional(25));
  EXPECT_THAT(decimal("0e99999999999", -9), Optional(0));
  EXPECT_THAT(decimal("1000000000000000000000000e-24", 0), Optional(1));
  EXPECT_THAT(decimal("0." + std::string(500, '0') + "1e501", 0), Optional(1));
}

TEST(Decimal, TrailingZerosBeyondTheExponentAreNoDigits) {
  EXPECT_THAT(decimal("1.50000000", -1), Optional(15));
  EXPECT_THAT(decimal("2." + std::string(1000, '0'), 0), Optional(2));
  EXPECT_THAT(decimal("1.0000000000000000000000", -18), Optional(1'000'000'000'000'000'000));
}

TEST(Decimal, IsNeverRounded) {
  EXPECT_EQ(decimal("12.505", -2), std::nullopt);
  EXPECT_EQ(decimal("1e-3", -2), std::nullopt);
  EXPECT_EQ(decimal("0.99999999999999999999", -18), std::nullopt);
  EXPECT_EQ(decimal("1.00000000000000000001", -18), std::nullopt);
  EXPECT_EQ(decimal("10000000000000000000000001e-24", 0), std::nullopt);
}

TEST(Decimal, WhatDoesNotFitIsRefused) {
  for (const char* text :
       {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "18446744073709551617",
        "10000000000000000000", "99999999999999999999999", "1e19", "1e99999999999", "1e2147483648", "-1e-2147483649"})
    EXPECT_EQ(decimal(text, 0), std::nullopt) << text;
  EXPECT_EQ(decimal("9.223372036854775808", -18), std::nullopt);
  EXPECT_EQ(decimal("10", -18), std::nullopt);
  EXPECT_EQ(decimal("1", -19), std::nullopt);
  EXPECT_EQ(decimal("1", 1), std::nullopt);
}

TEST(Decimal, WhatIsNoDecimalIsRefused) {
  for (const char* text : {"",      "-",   ".",   "-.", "1.",   ".5",   "+1",    "--1", "1,0",  " 1",
                           "1 ",    "1e",  "1e+", "e1", "1e1.", "1.e1", "nan",   "inf", "0x10", "1_0",
                           "1.2.3", "1e-", "1-",  "١",  "1f",   "1ee1", "1e1e1", "-e1", "1.-2", "1.5e+-3"}) {
    EXPECT_EQ(decimal(text, -9), std::nullopt) << text;
    EXPECT_EQ(decimals_of(text), -1) << text;
  }
  EXPECT_EQ(decimal(std::string_view("1\0", 2), 0), std::nullopt);
  EXPECT_EQ(decimal({}, 0), std::nullopt);
}

TEST(Decimal, IsKnownWhenCompiling) {
  static_assert(decimal("-12.50", -2) == -1250);
  static_assert(decimals_of("1E-13") == 13);
  static_assert(DecimalText(1250, -2, 2).view() == "12.50");
}

TEST(DecimalsOf, LeavesTrailingZerosOut) {
  EXPECT_EQ(decimals_of("0.0500"), 2);
  EXPECT_EQ(decimals_of("300"), 0);
  EXPECT_EQ(decimals_of("300.000"), 0);
  EXPECT_EQ(decimals_of("0.000"), 0);
  EXPECT_EQ(decimals_of("0.0000000000001"), 13);
  EXPECT_EQ(decimals_of("1e-7"), 7);
  EXPECT_EQ(decimals_of("1.25e1"), 1);
  EXPECT_EQ(decimals_of("10e-1"), 0);
  EXPECT_EQ(decimals_of("1e30"), 0);
  EXPECT_EQ(decimals_of("12345678901234567890.5"), -1);
}

TEST(Rescale, LosesNoDigit) {
  EXPECT_THAT(rescale(1250, -2, -9), Optional(12'500'000'000));
  EXPECT_THAT(rescale(-1250, -2, -1), Optional(-125));
  EXPECT_EQ(rescale(1251, -2, -1), std::nullopt);
  EXPECT_THAT(rescale(0, 5, -18), Optional(0));
  EXPECT_THAT(rescale(3, 2, 0), Optional(300));
  EXPECT_EQ(rescale(10, 0, -18), std::nullopt);
  EXPECT_THAT(rescale(INT64_MIN, -9, -9), Optional(INT64_MIN));
  EXPECT_EQ(rescale(INT64_MIN, -9, -10), std::nullopt);
}

TEST(DecimalText, HasTheDecimalsThatAreAskedFor) {
  const auto text = [](std::int64_t value, int exponent, int decimals, bool has_point = true) {
    return std::string(DecimalText(value, exponent, decimals, has_point));
  };
  EXPECT_EQ(text(1250, -2, 2), "12.50");
  EXPECT_EQ(text(1250, -2, 1), "12.5");
  EXPECT_EQ(text(1250, -2, 5), "12.50000");
  EXPECT_EQ(text(5, -2, 2), "0.05");
  EXPECT_EQ(text(-5, -2, 4), "-0.0500");
  EXPECT_EQ(text(7, 0, 0), "7");
  EXPECT_EQ(text(0, 0, 0), "0");
  EXPECT_EQ(text(0, -8, 3), "0.000");
  EXPECT_EQ(text(1250, -2, 5, false), "1250000");
  EXPECT_EQ(text(5, -2, 2, false), "5");
  EXPECT_EQ(text(0, -2, 2, false), "0");
  EXPECT_EQ(text(0, 0, 2, false), "0");
  EXPECT_EQ(text(INT64_MIN, 0, 18), "-9223372036854775808." + std::string(18, '0'));
  EXPECT_EQ(text(INT64_MAX, -18, 18), "9.223372036854775807");
  EXPECT_EQ(text(INT64_MIN, -18, 18, false), "-9223372036854775808");
}

TEST(DecimalText, IsReadAsTheSameNumber) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (random() % 64));
    const int exponent = -static_cast<int>(random() % 19);
    const std::int64_t number = random() % 2 == 0 ? value : -value;
    const std::string text(DecimalText(number, exponent, -exponent));
    ASSERT_THAT(decimal(text, exponent), Optional(number)) << text << " at " << exponent;
  }
}

}  // namespace
}  // namespace bgw
