#include "core/transport/backoff.hpp"

#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gw::transport {
namespace {

using testing::ElementsAre;

constexpr BackoffOptions kExact{.first_ns = 1000, .max_ns = 7000, .attempts = 6, .jitter = 0};

std::vector<std::int64_t> delays(Backoff& backoff) {
  std::vector<std::int64_t> out;
  while (const auto delay = backoff.next()) out.push_back(*delay);
  return out;
}

TEST(Backoff, DoublesUpToTheMaximum) {
  Backoff backoff(kExact, 1);
  EXPECT_THAT(delays(backoff), ElementsAre(1000, 2000, 4000, 7000, 7000, 7000));
}

TEST(Backoff, EndsAfterItsAttempts) {
  Backoff backoff(kExact, 1);
  for (int i = 1; i <= 6; ++i) {
    EXPECT_TRUE(backoff.next());
    EXPECT_EQ(backoff.attempts_made(), i);
  }
  EXPECT_FALSE(backoff.next());
  EXPECT_FALSE(backoff.next());
  EXPECT_EQ(backoff.attempts_made(), 6);
}

TEST(Backoff, AResetBeginsAnew) {
  Backoff backoff(kExact, 1);
  delays(backoff);
  backoff.reset();
  EXPECT_EQ(backoff.attempts_made(), 0);
  EXPECT_EQ(backoff.next(), 1000);
}

TEST(Backoff, WithoutALimitItNeverEnds) {
  BackoffOptions options = kExact;
  options.attempts = 0;
  Backoff backoff(options, 1);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(backoff.next()) << i;
  EXPECT_EQ(backoff.next(), 7000);
}

TEST(Backoff, JitterStaysWithinAFifthEitherWayAndIsNeverTheSame) {
  std::set<std::int64_t> seen;
  bool below = false;
  bool above = false;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Backoff backoff(BackoffOptions{}, seed);
    const std::int64_t first = *backoff.next();
    ASSERT_GE(first, 4'000'000'000);
    ASSERT_LE(first, 6'000'000'000);
    seen.insert(first);
    below = below || first < 4'200'000'000;
    above = above || first > 5'800'000'000;
  }
  EXPECT_GT(seen.size(), 990U);
  EXPECT_TRUE(below && above) << "the whole range is used";
}

TEST(Backoff, JitterAppliesToTheMaximumToo) {
  BackoffOptions options;
  options.attempts = 0;
  Backoff backoff(options, 3);
  for (int i = 0; i < 10; ++i) backoff.next();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t delay = *backoff.next();
    ASSERT_GE(delay, 48'000'000'000);
    ASSERT_LE(delay, 72'000'000'000);
  }
}

TEST(Backoff, AFirstDelayAboveTheMaximumIsTheMaximum) {
  Backoff backoff({.first_ns = 90, .max_ns = 10, .attempts = 2, .jitter = 0}, 1);
  EXPECT_THAT(delays(backoff), ElementsAre(10, 10));
}

}  // namespace
}  // namespace gw::transport
