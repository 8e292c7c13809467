#include "core/admission/request_rate.hpp"

#include <gtest/gtest.h>

namespace gw::admission {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr RateLimit kTenAfterFive{10, 5};

TEST(RequestRate, ABurstIsTakenAtOnceAndTheRestAtItsRate) {
  RequestRate rate;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(rate.take(kTenAfterFive, kSecond)) << i;
  EXPECT_FALSE(rate.take(kTenAfterFive, kSecond));
  EXPECT_FALSE(rate.is_within(kTenAfterFive, kSecond + kSecond / 20));
  EXPECT_TRUE(rate.is_within(kTenAfterFive, kSecond + kSecond / 10));
}

TEST(RequestRate, WhatTakesLongerCountsAsSoManyMore) {
  RequestRate rate;
  EXPECT_FALSE(rate.take(kTenAfterFive, kSecond, 25));
  EXPECT_FALSE(rate.is_within(kTenAfterFive, 2 * kSecond));
  EXPECT_TRUE(rate.is_within(kTenAfterFive, 3 * kSecond));
}

TEST(RequestRate, LastsUntilASecondsWorthOfQuiet) {
  RequestRate rate;
  EXPECT_FALSE(rate.take(kTenAfterFive, kSecond, 6));
  EXPECT_FALSE(rate.take(kTenAfterFive, kSecond * 3 / 2, 20));
  EXPECT_FALSE(rate.is_exceeded_for(2 * kSecond, 2 * kSecond));
  EXPECT_TRUE(rate.is_exceeded_for(2 * kSecond, 3 * kSecond));
  EXPECT_FALSE(rate.is_exceeded_for(2 * kSecond, 3 * kSecond)) << "said once";
  EXPECT_TRUE(rate.is_within(kTenAfterFive, 20 * kSecond));
  EXPECT_FALSE(rate.is_exceeded_for(2 * kSecond, 23 * kSecond));
}

TEST(RequestRate, WhenAllOfAKeyAskForTooMuchThoseThatAskForLittleGoOn) {
  constexpr RateLimit kLimits{10, 1000};
  const auto all = std::make_shared<SharedRate>();
  RequestRate greedy(all);
  RequestRate modest(all);
  EXPECT_FALSE(greedy.take(kLimits, kSecond, 16 * 1000));
  EXPECT_TRUE(greedy.take(kLimits, 4000 * kSecond, 1000)) << "its own rate";
  EXPECT_FALSE(greedy.waits_for_others(kLimits, 4000 * kSecond));
  all->take(kLimits, 4000 * kSecond, 16 * 1000);
  EXPECT_TRUE(greedy.waits_for_others(kLimits, 4000 * kSecond));
  EXPECT_FALSE(greedy.is_within(kLimits, 4000 * kSecond));
  for (std::size_t i = 0; i < RequestRate::kModest; ++i) EXPECT_TRUE(modest.take(kLimits, 4000 * kSecond)) << i;
  EXPECT_FALSE(modest.take(kLimits, 4000 * kSecond)) << "no longer little";
  EXPECT_TRUE(modest.is_exceeded_for(kSecond, 4001 * kSecond));
  EXPECT_TRUE(RequestRate(all).waits_for_others(kLimits, 4001 * kSecond, RequestRate::kModest + 1));
  EXPECT_FALSE(RequestRate(all).waits_for_others(kLimits, 4001 * kSecond, RequestRate::kModest));
  EXPECT_TRUE(greedy.is_within(kLimits, 4010 * kSecond)) << "1,065 were taken too much, 160 come back each second";
}

TEST(SharedRate, IsAsMuchAs16Have) {
  SharedRate rate;
  rate.take(kTenAfterFive, kSecond, 5 * 16);
  EXPECT_TRUE(rate.is_within(kTenAfterFive, kSecond));
  rate.take(kTenAfterFive, kSecond, 160);
  EXPECT_FALSE(rate.is_within(kTenAfterFive, kSecond * 19 / 10));
  EXPECT_TRUE(rate.is_within(kTenAfterFive, kSecond * 2));
}

TEST(SharedRate, IsPaidBackInTenSecondsHoweverMuchWasTaken) {
  SharedRate rate;
  for (int i = 0; i < 1000; ++i) rate.take(kTenAfterFive, kSecond, 1000);
  EXPECT_FALSE(rate.is_within(kTenAfterFive, 10 * kSecond));
  EXPECT_TRUE(rate.is_within(kTenAfterFive, 11 * kSecond));
}

TEST(SharedRate, TheLargestBurstDoesNotOverflow) {
  constexpr RateLimit kSlow{1, 1'000'000'000};
  SharedRate rate;
  rate.take(kSlow, kSecond, 1'000'000'000);
  EXPECT_TRUE(rate.is_within(kSlow, kSecond));
}

TEST(SharedRates, OutliveWhoHadThem) {
  SharedRates rates;
  rates.of(1, kSecond)->take(kTenAfterFive, kSecond, 1000);
  EXPECT_FALSE(rates.of(1, kSecond)->is_within(kTenAfterFive, kSecond));
  EXPECT_TRUE(rates.of(2, kSecond)->is_within(kTenAfterFive, kSecond));
}

TEST(SharedRates, AreForgottenWhenNobodyHasThemAndTheyAreFull) {
  SharedRates rates;
  const auto held = rates.of(1, kSecond);
  rates.of(2, kSecond)->take(kTenAfterFive, kSecond, 1'000'000);
  for (int i = 3; i < 100'000; ++i) rates.of(i, kSecond);
  EXPECT_LT(rates.size(), 3000U);
  EXPECT_EQ(rates.of(1, kSecond), held);
  EXPECT_FALSE(rates.of(2, kSecond)->is_within(kTenAfterFive, kSecond));
}

}  // namespace
}  // namespace gw::admission
