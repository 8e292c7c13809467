#include "apps/gateway/update_rates.hpp"

#include <gtest/gtest.h>

namespace gw::app {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(UpdateRates, AreThoseOfTheLastSeconds) {
  UpdateRates rates;
  EXPECT_EQ(rates.of("one"), 0);
  for (std::int64_t second = 0; second <= 100; ++second)
    rates.look("one", static_cast<std::uint64_t>(second < 50 ? 0 : (second - 50) * 7), second * kSecond);
  EXPECT_DOUBLE_EQ(rates.of("one"), 7);
  EXPECT_EQ(rates.of("other"), 0);
}

TEST(UpdateRates, OfANewLinkBeginAnew) {
  UpdateRates rates;
  rates.look("one", 1000, kSecond);
  rates.look("one", 3, 2 * kSecond);
  EXPECT_EQ(rates.of("one"), 0);
  rates.look("one", 13, 3 * kSecond);
  EXPECT_DOUBLE_EQ(rates.of("one"), 10);
}

}  // namespace
}  // namespace gw::app
