#include "core/proxy/request_pace.hpp"

#include <gtest/gtest.h>

namespace gw::proxy {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr PaceLimits kTenAfterFive{10, 5};

TEST(RequestPace, ABurstIsTakenAtOnceAndTheRestAtItsRate) {
  RequestPace pace;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(pace.take(kTenAfterFive, kSecond)) << i;
  EXPECT_FALSE(pace.take(kTenAfterFive, kSecond));
  EXPECT_FALSE(pace.may_go_on(kTenAfterFive, kSecond + kSecond / 20));
  EXPECT_TRUE(pace.may_go_on(kTenAfterFive, kSecond + kSecond / 10));
}

TEST(RequestPace, WhatTakesLongerCountsAsSoManyMore) {
  RequestPace pace;
  EXPECT_FALSE(pace.take(kTenAfterFive, kSecond, 25));
  EXPECT_FALSE(pace.may_go_on(kTenAfterFive, 2 * kSecond));
  EXPECT_TRUE(pace.may_go_on(kTenAfterFive, 3 * kSecond));
}

TEST(RequestPace, LastsUntilASecondsWorthOfQuiet) {
  RequestPace pace;
  EXPECT_FALSE(pace.take(kTenAfterFive, kSecond, 6));
  EXPECT_FALSE(pace.take(kTenAfterFive, kSecond * 3 / 2, 20));
  EXPECT_FALSE(pace.lasts(2 * kSecond, 2 * kSecond));
  EXPECT_TRUE(pace.lasts(2 * kSecond, 3 * kSecond));
  EXPECT_FALSE(pace.lasts(2 * kSecond, 3 * kSecond)) << "said once";
  EXPECT_TRUE(pace.may_go_on(kTenAfterFive, 20 * kSecond));
  EXPECT_FALSE(pace.lasts(2 * kSecond, 23 * kSecond));
}

TEST(RequestPace, WhenAllOfAKeyAskForTooMuchThoseThatAskForLittleGoOn) {
  constexpr PaceLimits kLimits{10, 1000};
  const auto all = std::make_shared<SharedPace>();
  RequestPace greedy(all);
  RequestPace modest(all);
  EXPECT_FALSE(greedy.take(kLimits, kSecond, 16 * 1000));
  EXPECT_TRUE(greedy.take(kLimits, 4000 * kSecond, 1000)) << "its own pace";
  EXPECT_FALSE(greedy.waits_for_others(kLimits, 4000 * kSecond));
  all->take(kLimits, 4000 * kSecond, 16 * 1000);
  EXPECT_TRUE(greedy.waits_for_others(kLimits, 4000 * kSecond));
  EXPECT_FALSE(greedy.may_go_on(kLimits, 4000 * kSecond));
  for (std::size_t i = 0; i < RequestPace::kLittle; ++i) EXPECT_TRUE(modest.take(kLimits, 4000 * kSecond)) << i;
  EXPECT_FALSE(modest.take(kLimits, 4000 * kSecond)) << "no longer little";
  EXPECT_TRUE(modest.lasts(kSecond, 4001 * kSecond));
  EXPECT_TRUE(RequestPace(all).waits_for_others(kLimits, 4001 * kSecond, RequestPace::kLittle + 1));
  EXPECT_FALSE(RequestPace(all).waits_for_others(kLimits, 4001 * kSecond, RequestPace::kLittle));
  EXPECT_TRUE(greedy.may_go_on(kLimits, 4010 * kSecond)) << "1,065 were taken too much, 160 come back each second";
}

TEST(SharedPace, IsAsMuchAs16Have) {
  SharedPace pace;
  pace.take(kTenAfterFive, kSecond, 5 * 16);
  EXPECT_TRUE(pace.may_go_on(kTenAfterFive, kSecond));
  pace.take(kTenAfterFive, kSecond, 160);
  EXPECT_FALSE(pace.may_go_on(kTenAfterFive, kSecond * 19 / 10));
  EXPECT_TRUE(pace.may_go_on(kTenAfterFive, kSecond * 2));
}

TEST(SharedPace, IsPaidBackInTenSecondsHoweverMuchWasTaken) {
  SharedPace pace;
  for (int i = 0; i < 1000; ++i) pace.take(kTenAfterFive, kSecond, 1000);
  EXPECT_FALSE(pace.may_go_on(kTenAfterFive, 10 * kSecond));
  EXPECT_TRUE(pace.may_go_on(kTenAfterFive, 11 * kSecond));
}

TEST(SharedPace, TheLargestBurstDoesNotOverflow) {
  constexpr PaceLimits kSlow{1, 1'000'000'000};
  SharedPace pace;
  pace.take(kSlow, kSecond, 1'000'000'000);
  EXPECT_TRUE(pace.may_go_on(kSlow, kSecond));
}

TEST(SharedPaces, OutliveWhoHadThem) {
  SharedPaces paces;
  paces.of(1, kSecond)->take(kTenAfterFive, kSecond, 1000);
  EXPECT_FALSE(paces.of(1, kSecond)->may_go_on(kTenAfterFive, kSecond));
  EXPECT_TRUE(paces.of(2, kSecond)->may_go_on(kTenAfterFive, kSecond));
}

TEST(SharedPaces, AreForgottenWhenNobodyHasThemAndTheyAreFull) {
  SharedPaces paces;
  const auto held = paces.of(1, kSecond);
  paces.of(2, kSecond)->take(kTenAfterFive, kSecond, 1'000'000);
  for (int i = 3; i < 100'000; ++i) paces.of(i, kSecond);
  EXPECT_LT(paces.size(), 3000U);
  EXPECT_EQ(paces.of(1, kSecond), held);
  EXPECT_FALSE(paces.of(2, kSecond)->may_go_on(kTenAfterFive, kSecond));
}

}  // namespace
}  // namespace gw::proxy
