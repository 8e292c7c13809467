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
  EXPECT_TRUE(pace.may_go_on(kTenAfterFive, 20 * kSecond));
  EXPECT_FALSE(pace.lasts(2 * kSecond, 23 * kSecond));
}

}  // namespace
}  // namespace gw::proxy
